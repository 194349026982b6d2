#include "jetrain/train/scoring.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "jetrain/core/checked_cast.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/core/progress.hpp"

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
  explicit LeafScorer(const Model& model) : model_(model), workspace_(model, false) {}

  LeafScores score(std::span<const SparseImage> images) {
    progress::tick();
    densify(images, workspace_.input());
    std::array<std::uint8_t, kLanes> labels;
    for (std::size_t i = 0; i < images.size(); ++i) labels[i] = images[i].label;
    std::array<double, kLanes> losses;
    model_.forward_loss(workspace_, {labels.data(), images.size()}, losses.data());
    LeafScores result;
    for (std::size_t i = 0; i < images.size(); ++i) {
      result.scores[i] = workspace_.probabilities()[kLanes + static_cast<std::int64_t>(i)];
      result.correct += predicted_class(model_.classes(), workspace_.probabilities(), i) == labels[i] ? 1 : 0;
      result.loss_sum += loss_to_fixed(losses[i]);
    }
    return result;
  }

 private:
  const Model& model_;
  LeafWorkspace workspace_;
};

}  // namespace

void densify(std::span<const SparseImage> images, Planes input) {
  for (std::int64_t row = 0; row < input.rows; ++row) {
    std::memset(input.at(0, row, 0), 0, static_cast<std::size_t>(input.columns * kLanes) * sizeof(float));
  }
  for (std::size_t lane = 0; lane < images.size(); ++lane) {
    const SparseImage& image = images[lane];
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      const std::int64_t pixel = image.pixels[i];
      input.at(0, pixel / input.columns, pixel % input.columns)[lane] = image.values[i];
    }
  }
}

ScoredJets score_images(const Model& model, std::int64_t count,
                        const std::function<SparseImage(std::int64_t)>& image) {
  ScoredJets result;
  result.scores.resize(static_cast<std::size_t>(count));
  result.labels.resize(static_cast<std::size_t>(count));
  std::int64_t loss_sum = 0;
  std::int64_t correct = 0;
#pragma omp parallel reduction(+ : loss_sum, correct)
  {
    LeafScorer scorer(model);
    std::array<SparseImage, kLanes> images;
#pragma omp for schedule(dynamic, 4)
    for (std::int64_t leaf = 0; leaf < ceil_divide(count, kLanes); ++leaf) {
      const std::int64_t first = leaf * kLanes;
      const std::int64_t size = std::min(kLanes, count - first);
      for (std::int64_t i = 0; i < size; ++i) images[static_cast<std::size_t>(i)] = image(first + i);
      const LeafScores scores = scorer.score({images.data(), static_cast<std::size_t>(size)});
      for (std::int64_t i = 0; i < size; ++i) {
        result.scores[static_cast<std::size_t>(first + i)] = scores.scores[static_cast<std::size_t>(i)];
        result.labels[static_cast<std::size_t>(first + i)] = images[static_cast<std::size_t>(i)].label;
      }
      loss_sum += scores.loss_sum;
      correct += scores.correct;
    }
  }
  result.loss_sum = loss_sum;
  result.correct = correct;
  return result;
}

ScoredSlice score_rows(const Model& model, const JetSource& source, const Selection& selection, Set set,
                       const ImageMaker& maker, bool skip_bad_rows, const Communicator& comm) {
  ScoredSlice result;
  comm.agree([&] {
    std::vector<std::unique_ptr<LeafScorer>> scorers(static_cast<std::size_t>(omp_get_max_threads()));
    std::vector<ScoredSlice> slots(static_cast<std::size_t>(source.window_slots()));
    const auto consume = [&](std::int64_t slot, const JetBlock& block) {
      auto& scorer = scorers[static_cast<std::size_t>(omp_get_thread_num())];
      if (!scorer) scorer = std::make_unique<LeafScorer>(model);
      ScoredSlice& out = slots[static_cast<std::size_t>(slot)];
      SparseImageStore images;
      for_each_image(source, selection, {set}, maker, skip_bad_rows, block, out.skipped,
                     [&](std::int64_t row, Set, const SparseImage& image) {
                       images.append(image);
                       out.rows.push_back({row, 0.0F, image.label});
                     });
      std::array<SparseImage, kLanes> leaf;
      for (std::int64_t first = 0; first < images.size(); first += kLanes) {
        const std::int64_t size = std::min(kLanes, images.size() - first);
        for (std::int64_t i = 0; i < size; ++i) leaf[static_cast<std::size_t>(i)] = images[first + i];
        const LeafScores scores = scorer->score({leaf.data(), static_cast<std::size_t>(size)});
        for (std::int64_t i = 0; i < size; ++i) {
          out.rows[static_cast<std::size_t>(first + i)].score = scores.scores[static_cast<std::size_t>(i)];
        }
        out.loss_sum += scores.loss_sum;
        out.correct += scores.correct;
      }
    };
    source.read(source.slice(selection.range(), comm.rank(), comm.size()), consume, [&](std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        ScoredSlice& slot = slots[static_cast<std::size_t>(i)];
        result.rows.insert(result.rows.end(), slot.rows.begin(), slot.rows.end());
        result.loss_sum += slot.loss_sum;
        result.correct += slot.correct;
        result.skipped += slot.skipped;
        slot = {};
      }
    });
  });
  return result;
}

ScoredSlice gather_scores(ScoredSlice slice, const Communicator& comm) {
  ScoredSlice all;
  all.loss_sum = comm.sum(slice.loss_sum);
  all.correct = comm.sum(slice.correct);
  all.skipped = comm.sum(slice.skipped);
  all.rows = comm.gather(std::span<const ScoredRow>(slice.rows));
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
  return scored;
}

}  // namespace jetrain
