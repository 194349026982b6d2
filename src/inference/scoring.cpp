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
  std::int64_t loss_sum = 0;
  std::int64_t correct = 0;
};

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
      const std::int64_t score_at = model_.outputs() == 1 ? 0 : kLanes;
      result.scores[i] = workspace_.predictions()[score_at + static_cast<std::int64_t>(i)];
      if (targets.values == nullptr)
        result.correct += predicted_class(model_.outputs(), workspace_.predictions(), i) == labels[i] ? 1 : 0;
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
  if (outputs != nullptr) outputs->resize(static_cast<std::size_t>(count) * width);
  result.scores.resize(static_cast<std::size_t>(count));
  result.labels.resize(static_cast<std::size_t>(count));
  std::int64_t loss_sum = 0;
  std::int64_t correct = 0;
  model.prepare();
  ThreadErrors errors;
#pragma omp parallel reduction(+ : loss_sum, correct) if (count > kLanes)  // not to wake a team for a leaf
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
        if (outputs == nullptr) continue;
        for (std::size_t o = 0; o < width; ++o)
          (*outputs)[static_cast<std::size_t>(first + i) * width + o] =
              scorer->output(o, static_cast<std::size_t>(i));
      }
      loss_sum += scores.loss_sum;
      correct += scores.correct;
    }
  }
  memory_for("the threads' activations (fewer threads need less)", [&] { errors.rethrow(); });
  result.loss_sum = loss_sum;
  result.correct = correct;
  result.labelled = model.input().targets == 0;
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
      out.rows.push_back({row, 0.0F, sample.label});
    };
    rows.make(block, 0, out.skipped, take, &out.notes);
    std::array<SampleView, kLanes> leaf;
    for (std::int64_t first = 0; first < samples.size(); first += kLanes) {
      const std::int64_t size = std::min(kLanes, samples.size() - first);
      for (std::int64_t i = 0; i < size; ++i) leaf[static_cast<std::size_t>(i)] = samples[first + i];
      const LeafScores scores = scorer->score({leaf.data(), static_cast<std::size_t>(size)});
      for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
        out.rows[static_cast<std::size_t>(first) + i].score = scores.scores[i];
        for (std::size_t o = 0; width > 2 && o < width; ++o) out.outputs.push_back(scorer->output(o, i));
      }
      out.loss_sum += scores.loss_sum;
      out.correct += scores.correct;
    }
  };
  ScoredSlice result;
  result.labelled = model.input().targets == 0;
  const auto keep = [&](const ScoredSlice& slot) {
    result.rows.insert(result.rows.end(), slot.rows.begin(), slot.rows.end());
    result.outputs.insert(result.outputs.end(), slot.outputs.begin(), slot.outputs.end());
    result.loss_sum += slot.loss_sum;
    result.correct += slot.correct;
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
  all.correct = comm.sum(slice.correct);
  all.skipped = comm.sum(slice.skipped);
  all.notes = sum_of(slice.notes, comm);
  all.labelled = slice.labelled;
  all.rows = comm.gather(std::span<const ScoredRow>(slice.rows));
  all.outputs = comm.gather(std::span<const float>(slice.outputs));
  return all;
}

ScoredJets without_rows(const ScoredSlice& slice) {
  ScoredJets scored;
  for (const ScoredRow& row : slice.rows) {
    scored.scores.push_back(row.score);
    scored.labels.push_back(row.label);
  }
  scored.loss_sum = slice.loss_sum;
  scored.correct = slice.correct;
  scored.labelled = slice.labelled;
  return scored;
}

}  // namespace jetrain
