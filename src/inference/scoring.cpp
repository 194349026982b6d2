#include "inference/scoring.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "core/checked_cast.hpp"
#include "core/out_of_memory.hpp"
#include "core/progress.hpp"
#include "core/thread_errors.hpp"
#include "dataset/sample_loader.hpp"
#include "inference/leaf_inputs.hpp"
#include "samples/sample_store.hpp"

namespace jetrain {
namespace {

/// Scores of one leaf.
struct LeafScores {
  std::array<float, kLanes> scores;
  std::array<std::uint8_t, kLanes> predicted;
  std::int64_t loss_sum = 0;
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
      result.loss_sum += loss_to_fixed(losses[i]);
    }
    return result;
  }

 private:
  const Model& model_;
  LeafInputs inputs_;
  LeafWorkspace workspace_;
};

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
  std::int64_t loss_sum = 0;
  model.prepare();
  ThreadErrors errors;
#pragma omp parallel reduction(+ : loss_sum) if (count > kLanes)  // not to wake a team for a leaf
  {
    std::optional<LeafScorer> scorer;
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
        result.predicted[static_cast<std::size_t>(first + i)] = scores.predicted[static_cast<std::size_t>(i)];
        if (outputs == nullptr) continue;
        for (std::size_t o = 0; o < width; ++o)
          (*outputs)[static_cast<std::size_t>(first + i) * width + o] =
              scorer->output(o, static_cast<std::size_t>(i));
      }
      loss_sum += scores.loss_sum;
    }
  }
  memory_for("the threads' activations (fewer threads need less)", [&] { errors.rethrow(); });
  result.loss_sum = loss_sum;
  return result;
}

ScoredSlice score_rows(const Model& model, const SelectedRows& rows, RowRange range,
                       const Communicator& comm) {
  const auto width = static_cast<std::size_t>(model.outputs());
  model.prepare();
  std::vector<std::unique_ptr<LeafScorer>> scorers(static_cast<std::size_t>(omp_get_max_threads()));
  const auto work = [&](ScoredSlice& out, const RowBlock& block) {
    auto& scorer = scorers[static_cast<std::size_t>(omp_get_thread_num())];
    if (!scorer) scorer = std::make_unique<LeafScorer>(model);
    SampleStore samples;
    const auto take = [&](std::int64_t row, Set, const SampleView& sample) {
      samples.append(sample);
      out.rows.push_back({row, 0.0F, sample.label, 0});
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
      out.loss_sum += scores.loss_sum;
    }
  };
  ScoredSlice result;
  set_classes(model, result);
  const auto keep = [&](const ScoredSlice& slot) {
    result.rows.insert(result.rows.end(), slot.rows.begin(), slot.rows.end());
    result.outputs.insert(result.outputs.end(), slot.outputs.begin(), slot.outputs.end());
    result.weights.insert(result.weights.end(), slot.weights.begin(), slot.weights.end());
    result.loss_sum += slot.loss_sum;
    result.skipped += slot.skipped;
    result.notes.add(slot.notes);
  };
  comm.agree([&] {
    memory_for("the scores of the jets that this rank reads",
               [&] { rows.read<ScoredSlice>(rows.mine(range, comm), work, keep); });
  });
  return result;
}

ScoredSlice gather_scores(ScoredSlice slice, const Communicator& comm) {
  ScoredSlice all;
  all.loss_sum = comm.sum(slice.loss_sum);
  all.skipped = comm.sum(slice.skipped);
  all.notes = sum_of(slice.notes, comm);
  all.labelled = slice.labelled;
  all.classes = slice.classes;
  all.signal = slice.signal;
  all.loss_unit = slice.loss_unit;
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
  scored.loss_unit = slice.loss_unit;
  scored.labelled = slice.labelled;
  return scored;
}

}  // namespace jetrain
