#include "jetrain/tagger.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <omp.h>

#include <atomic>
#include <functional>

#include "inference/model_file.hpp"
#include "inference/scoring.hpp"
#include "samples/dense.hpp"
#include "samples/sample_maker.hpp"

namespace jetrain {
namespace {

/// Makes sample i; false where a number is NaN or infinite.
using MakeSample = std::function<bool(std::int64_t i, SampleDraft& sample)>;

/// Makes and scores leaf by leaf, so that memory does not grow with the samples. `noun`: what a sample is.
std::vector<float> score_made(const Model& model, std::int64_t count, const char* noun,
                              const MakeSample& make, std::vector<float>* outputs) {
  const auto threads = static_cast<std::size_t>(omp_get_max_threads());
  std::vector<SampleDraft> drafts(threads * kLanes);
  std::atomic<std::int64_t> first_bad{count};
  // What a thread makes stays until it has scored the leaf: sample i is in its leaf's lane i % kLanes.
  const auto sample = [&](std::int64_t i) -> SampleView {
    SampleDraft& draft = drafts[static_cast<std::size_t>(omp_get_thread_num() * kLanes + i % kLanes)];
    if (!make(i, draft)) {
      draft.entries = 0;
      for (std::int64_t bad = first_bad; i < bad && !first_bad.compare_exchange_weak(bad, i);) continue;
    }
    return draft.view(0);
  };
  ScoredJets scored = score_samples(model, count, sample, outputs);
  if (first_bad < count) {
    throw BadSample(first_bad, fmt::format("{} {}: a {} is NaN or infinite; leave such {}s out", noun,
                                           first_bad.load(), *noun == 'j' ? "momentum" : "value", noun));
  }
  return std::move(scored.scores);
}

/// Refuses offsets that do not cut `places` places into jets.
void require_offsets(std::span<const std::int64_t> offsets, std::int64_t places) {
  if (offsets.empty() || offsets.front() != 0)
    throw UsageError("offsets of jets begin with 0, and end with the number of all places");
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1])
      throw UsageError(
          fmt::format("offsets of jets do not fall, but behind {} stands {}", offsets[i - 1], offsets[i]));
  }
  if (offsets.back() != places)
    throw UsageError(fmt::format("the last offset is {}, but there are {} places", offsets.back(), places));
}

/// Number of samples of `each` numbers in an array of `size`.
std::int64_t samples_in(std::size_t size, std::int64_t each, const std::string& what) {
  const auto numbers = static_cast<std::int64_t>(size);
  if (numbers % each != 0)
    throw UsageError(fmt::format("an array of {} numbers is no whole number of {}", numbers, what));
  return numbers / each;
}

}  // namespace

struct Tagger::Loaded {
  explicit Loaded(const std::string& path)
      : stored(read_model(path)), maker(stored.config), takes_jets(reads_jets(stored.config.data)) {
    stored.model.prepare();  // here, since many threads may score at once
  }

  void require_jets() const {
    if (!takes_jets)
      throw UsageError("this model was trained on plain arrays, not on jets: call outputs, not score");
    std::vector<std::string> columns = stored.config.data.jets.jet_columns;
    const std::vector<std::string>& of_constituents = stored.config.data.jets.constituent_columns;
    columns.insert(columns.end(), of_constituents.begin(), of_constituents.end());
    if (!columns.empty())
      throw UsageError(
          fmt::format("this model also sees columns of its files ({}), which momenta alone do not "
                      "give: score files with `jetrain predict`",
                      fmt::join(columns, ", ")));
  }

  /// `jet(i)` gives the places of the i-th, (places, 4).
  std::vector<float> score(std::int64_t jets,
                           const std::function<std::span<const float>(std::int64_t)>& jet) const {
    const auto make = [&](std::int64_t i, SampleDraft& sample) {
      return maker.make(jet(i), false, sample) == RowStatus::good;
    };
    return score_made(stored.model, jets, "jet", make, nullptr);
  }

  StoredModel stored;
  SampleMaker maker;
  bool takes_jets;
};

Tagger::Tagger(const std::string& path) : loaded_(std::make_unique<const Loaded>(path)) {}
Tagger::~Tagger() = default;
Tagger::Tagger(Tagger&&) noexcept = default;
Tagger& Tagger::operator=(Tagger&&) noexcept = default;

std::vector<float> Tagger::score(std::span<const float> momenta, std::int64_t constituents) const {
  loaded_->require_jets();
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  if (constituents < 1 || constituents > kMost)
    throw UsageError(fmt::format("{} constituents a jet: at least 1 is needed", constituents));
  const std::int64_t jets =
      samples_in(momenta.size(), 4 * constituents, fmt::format("jets of {} x 4", constituents));
  const auto each = static_cast<std::size_t>(4 * constituents);
  return loaded_->score(
      jets, [&](std::int64_t i) { return momenta.subspan(static_cast<std::size_t>(i) * each, each); });
}

std::vector<float> Tagger::score_ragged(std::span<const float> momenta,
                                        std::span<const std::int64_t> offsets) const {
  loaded_->require_jets();
  require_offsets(offsets, samples_in(momenta.size(), 4, "places of 4"));
  return loaded_->score(std::ssize(offsets) - 1, [&](std::int64_t i) {
    const auto begin = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]);
    return momenta.subspan(4 * begin, 4 * (end - begin));
  });
}

std::vector<float> Tagger::outputs(std::span<const float> samples) const {
  if (loaded_->takes_jets)
    throw UsageError("this model was trained on jets, not on plain arrays: call score, not outputs");
  const std::int64_t each = loaded_->stored.model.input().shape.size();
  const std::int64_t rows = samples_in(samples.size(), each, fmt::format("samples of {}", each));
  const auto make = [&](std::int64_t i, SampleDraft& sample) {
    return put_dense(samples.subspan(static_cast<std::size_t>(i * each), static_cast<std::size_t>(each)),
                     sample);
  };
  std::vector<float> all;
  score_made(loaded_->stored.model, rows, "sample", make, &all);
  return all;
}

std::string Tagger::weights_hash() const {
  return jetrain::weights_hash(loaded_->stored.model.parameters());
}

}  // namespace jetrain
