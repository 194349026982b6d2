#include "inference/scoring.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "core/checked_cast.hpp"
#include "core/out_of_memory.hpp"
#include "core/progress.hpp"
#include "core/thread_errors.hpp"
#include "dataset/sample_loader.hpp"
#include "inference/leaf_inputs.hpp"
#include "jetrain/error.hpp"
#include "samples/sample_store.hpp"

namespace jetrain {
namespace {

/// Scores of one leaf.
struct LeafScores {
  std::array<float, kLanes> scores;
  std::array<std::uint8_t, kLanes> predicted;
  ExactTotal loss_sum;  ///< of weight times loss
};

/// What the network's outputs mean, for those who look at them.
template <class Scores>
void set_classes(const Model& model, Scores& scores) {
  scores.labelled = model.input().targets == 0;
  scores.classes = scores.labelled ? std::max<std::int64_t>(2, model.outputs()) : 2;
  scores.signal = model.outputs() == 1 ? 1 : model.score_output();
}

/// One thread's forward pass.
class LeafScorer {
 public:
  explicit LeafScorer(const Model& model) : model_(model), inputs_(model.input()), workspace_(model, false) {}

  /// Of the leaf scored last.
  float output(std::size_t o, std::size_t lane) const { return workspace_.predictions()[o * kLanes + lane]; }

  LeafScores score(std::span<const SampleView> samples) {
    progress::tick();
    inputs_.fill(samples, workspace_);
    std::array<std::uint8_t, kLanes> labels;
    const LeafTargets targets = leaf_targets(model_, samples, labels.data(), workspace_);
    std::array<double, kLanes> losses;
    model_.forward(workspace_, targets, losses.data());
    LeafScores result;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      result.scores[i] = output(static_cast<std::size_t>(model_.score_output()), i);
      result.predicted[i] =
          static_cast<std::uint8_t>(predicted_class(model_.outputs(), workspace_.predictions(), i));
      result.loss_sum.add(static_cast<double>(samples[i].weight) * counted_loss(losses[i]));
    }
    return result;
  }

 private:
  const Model& model_;
  LeafInputs inputs_;
  LeafWorkspace workspace_;
};

/// The first layer with a weight that is no number; "": none.
std::string layer_without_numbers(const Model& model) {
  for (const ParameterView& view : model.parameter_views()) {
    const auto weights = model.parameters().subspan(static_cast<std::size_t>(view.offset),
                                                    static_cast<std::size_t>(view.spec.size()));
    if (!std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }))
      return view.layer;
  }
  return {};
}

/// The first row of this rank's with an output that is no number; -1: none.
std::int64_t first_without_number(const ScoredSlice& slice) {
  const std::size_t width = slice.rows.empty() ? 0 : slice.outputs.size() / slice.rows.size();
  for (std::size_t i = 0; i < slice.rows.size(); ++i) {
    bool good = std::isfinite(slice.rows[i].score);
    for (std::size_t o = 0; o < width; ++o) good = good && std::isfinite(slice.outputs[i * width + o]);
    if (!good) return slice.rows[i].row;
  }
  return -1;
}

/// Ends the job where a score is no number, which no file of scores may hold. Collective.
void require_numbers(const Model& model, const SelectedRows& rows, const ScoredSlice& slice,
                     const Communicator& comm) {
  const std::int64_t mine = first_without_number(slice);
  constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  const std::int64_t first = -comm.max(-(mine < 0 ? kNone : mine));
  if (first == kNone) return;
  const std::string layer = layer_without_numbers(model);
  throw CollectiveError(
      fmt::format("{}: the model's score is NaN or infinite: {}", rows.source().place(first),
                  layer.empty()
                      ? "its weights are finite, so this row's values are too large for the network; look "
                        "at them, and leave it out or mend it"
                      : fmt::format("weights of {} are, so that it has diverged; take the model of another "
                                    "epoch, or train it again with a lower learning rate",
                                    layer)),
      ExitStatus::failed);
}

}  // namespace

ScoredJets score_samples(const Model& model, std::int64_t count,
                         const std::function<SampleView(std::int64_t)>& sample, std::vector<float>* outputs) {
  ScoredJets result;
  const auto width = static_cast<std::size_t>(model.outputs());
  set_classes(model, result);
  if (outputs == nullptr && result.classes > 2) outputs = &result.outputs;
  if (outputs != nullptr) outputs->resize(static_cast<std::size_t>(count) * width);
  result.scores.resize(static_cast<std::size_t>(count));
  result.labels.resize(static_cast<std::size_t>(count));
  result.predicted.resize(static_cast<std::size_t>(count));
  result.weights.resize(static_cast<std::size_t>(count));
  model.prepare();
  ThreadErrors errors;
#pragma omp parallel if (count > kLanes)  // not to wake a team for a leaf
  {
    std::optional<LeafScorer> scorer;
    ExactTotal loss_sum;
    std::array<SampleView, kLanes> samples;
    errors.run([&] { scorer.emplace(model); });
#pragma omp for schedule(dynamic, 4)
    for (std::int64_t leaf = 0; leaf < ceil_divide(count, kLanes); ++leaf) {
      if (!scorer) continue;
      const std::int64_t first = leaf * kLanes;
      const std::int64_t size = std::min(kLanes, count - first);
      for (std::int64_t i = 0; i < size; ++i) samples[static_cast<std::size_t>(i)] = sample(first + i);
      const LeafScores scores = scorer->score({samples.data(), static_cast<std::size_t>(size)});
      for (std::int64_t i = 0; i < size; ++i) {
        result.scores[static_cast<std::size_t>(first + i)] = scores.scores[static_cast<std::size_t>(i)];
        result.labels[static_cast<std::size_t>(first + i)] = samples[static_cast<std::size_t>(i)].label;
        result.weights[static_cast<std::size_t>(first + i)] = samples[static_cast<std::size_t>(i)].weight;
        result.predicted[static_cast<std::size_t>(first + i)] = scores.predicted[static_cast<std::size_t>(i)];
        if (outputs == nullptr) continue;
        for (std::size_t o = 0; o < width; ++o)
          (*outputs)[static_cast<std::size_t>(first + i) * width + o] =
              scorer->output(o, static_cast<std::size_t>(i));
      }
      loss_sum.add(scores.loss_sum);
    }
#pragma omp critical(loss_sums)
    result.loss_sum.add(loss_sum);
  }
  memory_for("the threads' activations (fewer threads need less)", [&] { errors.rethrow(); });
  if (std::all_of(result.weights.begin(), result.weights.end(), [](float weight) { return weight == 1; }))
    result.weights = {};
  return result;
}

void require_output(const Model& model, const RowSource& rows, std::int64_t row, std::uint8_t label) {
  const std::int64_t known = std::max<std::int64_t>(2, model.outputs());
  if (model.input().targets > 0 || label < known) return;
  throw DataError(fmt::format("{}: the label is {}, but the model tells {} classes apart (0 to {})",
                              rows.place(row), label, known, known - 1));
}

ScoredSlice score_rows(const Model& model, const SelectedRows& rows, RowRange range,
                       const Communicator& comm) {
  const auto width = static_cast<std::size_t>(model.outputs());
  ScoredSlice result;
  set_classes(model, result);
  result.has_labels = rows.source().missing_labels().empty();
  result.labelled = result.labelled && result.has_labels;
  model.prepare();
  std::vector<std::unique_ptr<LeafScorer>> scorers(static_cast<std::size_t>(omp_get_max_threads()));
  const auto work = [&](ScoredSlice& out, const RowBlock& block) {
    auto& scorer = scorers[static_cast<std::size_t>(omp_get_thread_num())];
    if (!scorer) scorer = std::make_unique<LeafScorer>(model);
    SampleStore samples;
    const auto take = [&](std::int64_t row, Set, const SampleView& sample) {
      require_output(model, rows.source(), row, sample.label);
      samples.append(sample);
      out.rows.push_back({row, 0.0F, sample.label, 0});
      if (rows.weighted()) out.weights.push_back(sample.weight);
    };
    rows.make(block, 0, out.skipped, take, &out.notes);
    std::array<SampleView, kLanes> leaf;
    for (std::int64_t first = 0; first < samples.size(); first += kLanes) {
      const std::int64_t size = std::min(kLanes, samples.size() - first);
      for (std::int64_t i = 0; i < size; ++i) leaf[static_cast<std::size_t>(i)] = samples[first + i];
      const LeafScores scores = scorer->score({leaf.data(), static_cast<std::size_t>(size)});
      for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
        ScoredRow& row = out.rows[static_cast<std::size_t>(first) + i];
        row.score = scores.scores[i];
        row.predicted = scores.predicted[i];
        for (std::size_t o = 0; width > 2 && o < width; ++o) out.outputs.push_back(scorer->output(o, i));
      }
      out.loss_sum.add(scores.loss_sum);
    }
  };
  const auto keep = [&](const ScoredSlice& slot) {
    result.rows.insert(result.rows.end(), slot.rows.begin(), slot.rows.end());
    result.outputs.insert(result.outputs.end(), slot.outputs.begin(), slot.outputs.end());
    result.weights.insert(result.weights.end(), slot.weights.begin(), slot.weights.end());
    result.loss_sum.add(slot.loss_sum);
    result.skipped += slot.skipped;
    result.notes.add(slot.notes);
  };
  comm.agree([&] {
    memory_for("the scores of the jets that this rank reads",
               [&] { rows.read<ScoredSlice>(rows.mine(range, comm), work, keep); });
  });
  result.notes.add({.doubts = rows.source().doubts()});
  require_numbers(model, rows, result, comm);
  return result;
}

ScoredSlice gather_scores(ScoredSlice slice, const Communicator& comm) {
  ScoredSlice all;
  comm.sum(slice.loss_sum.words());
  all.loss_sum = slice.loss_sum;
  all.skipped = comm.sum(slice.skipped);
  all.notes = sum_of(slice.notes, comm);
  all.labelled = slice.labelled;
  all.has_labels = slice.has_labels;
  all.classes = slice.classes;
  all.signal = slice.signal;
  all.rows = comm.gather(std::span<const ScoredRow>(slice.rows));
  all.outputs = comm.gather(std::span<const float>(slice.outputs));
  all.weights = comm.gather(std::span<const float>(slice.weights));
  return all;
}

ScoredJets without_rows(const ScoredSlice& slice) {
  ScoredJets scored;
  for (const ScoredRow& row : slice.rows) {
    scored.scores.push_back(row.score);
    scored.labels.push_back(row.label);
    scored.predicted.push_back(row.predicted);
  }
  if (slice.classes > 2) scored.outputs = slice.outputs;
  scored.weights = slice.weights;
  scored.classes = slice.classes;
  scored.signal = slice.signal;
  scored.loss_sum = slice.loss_sum;
  scored.labelled = slice.labelled;
  return scored;
}

}  // namespace jetrain
