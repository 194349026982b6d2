#pragma once

/// \file
/// How good a tagger is, computed exactly: each jet counts once, or with its weight; ties are handled.
/// Weighted shares are ratios of signed sums (for weights above 0 those of scikit-learn's `sample_weight`).
///
/// Of more than two classes, the AUC is the plain mean of each class's against all others, by its own output
/// (scikit-learn's `multi_class="ovr", average="macro"`), and 1/eps_B that of the signal against the
/// background that is hardest to reject, told apart by p_S / (p_S + p_B) (statistics/class_figures.hpp).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/exact_total.hpp"
#include "core/record.hpp"

namespace jetrain {

/// A loss as it counts in a sum: in units of 2^-32, and at most 1000, also where it is NaN. Times a float32
/// weight, as many as there are may be added exactly (core/exact_total.hpp).
double counted_loss(double loss) noexcept;

/// Scores of a set of jets, all on one rank.
struct ScoredJets {
  std::vector<float> scores;            ///< the signal's probability; of a single output, its value
  std::vector<std::uint8_t> labels;     ///< 1 top, 0 QCD; of other data, the class
  std::vector<std::uint8_t> predicted;  ///< the class that the network calls each; empty: not known
  std::vector<float> outputs;           ///< (jets, classes), of more than two classes; else empty
  std::vector<float> weights;           ///< how much each counts; empty: all 1
  std::int64_t classes = 2;
  std::int64_t signal = 1;  ///< the class that `scores` are of
  ExactTotal loss_sum;      ///< of weight times loss, each as counted_loss says
  bool labelled = true;     ///< false: a regression, or jets without labels: neither accuracy nor ROC curve

  double weight(std::size_t i) const { return weights.empty() ? 1.0 : static_cast<double>(weights[i]); }
};

struct Metrics {
  std::int64_t jets = 0;
  double loss = 0;      ///< mean
  double accuracy = 0;  ///< NaN for a regression
  double auc = 0;  ///< area under the ROC curve; of more than two classes, of those that there are jets of
  /// 1 / eps_B at eps_S = 0.3; infinite if no background passes; NaN if a class is missing.
  double rejection_30 = 0;
  double rejection_50 = 0;  ///< the same at eps_S = 0.5

  template <class Self, class Visitor>
  static void fields(Self& m, Visitor& visit) {
    // All epochs of a training have as many jets.
    visit("jets", m.jets, {.not_in = Place::table | Place::summary | Place::curves});
    visit("loss", m.loss);
    visit("accuracy", m.accuracy);
    visit("auc", m.auc);
    visit("rejection_30", m.rejection_30, {.may_lack = true});  // in tables of earlier versions
    visit("rejection_50", m.rejection_50, {.may_lack = true});
  }
};

/// One point of the ROC curve: the share of each class with score >= threshold.
struct RocPoint {
  double threshold = 0;
  double signal_efficiency = 0;
  double background_efficiency = 0;
};

/// The ROC curve from (0, 0) to (1, 1), one point for each distinct score, thresholds descending. Empty
/// unless there are jets of both classes (of weights above 0 in sum), and of no third. Where weights are
/// negative, the curve may step back.
std::vector<RocPoint> roc_curve(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                std::span<const float> weights = {});

/// Jets in the order of falling scores: sorted once, for many curves.
struct RankedJets {
  std::vector<double> scores;  ///< falling
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> positions;  ///< each jet's place before sorting
  std::vector<double> weights;           ///< how much each counts; empty: all 1
};

/// Sorts jets; labels must be 0 or 1, and scores not NaN. `weights` empty: all 1. DataError above 2^32 - 1
/// jets.
RankedJets ranked(std::span<const double> scores, std::span<const std::uint8_t> labels,
                  std::span<const double> weights = {});

/// The curve of jets that count `counts[position]` times each (empty: once), with their weights. `curve` is
/// filled anew, so that its memory can serve again; scores that no counted jet has give no point.
void trace_curve(const RankedJets& jets, std::span<const std::uint8_t> counts, std::vector<RocPoint>& curve);

/// Area under the curve by trapezes, which counts a tie as one half (Mann-Whitney U).
double area_under(std::span<const RocPoint> roc);

/// 1 / eps_B where the curve, straight between its points, first reaches the signal efficiency. NaN where
/// negative weights make eps_B negative.
double background_rejection(std::span<const RocPoint> roc, double signal_efficiency);

/// The share of jets that are called what they are. NaN where their weights sum to nothing.
double accuracy_of(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> labels,
                   std::span<const float> weights = {});

Metrics compute_metrics(const ScoredJets& scored);

}  // namespace jetrain
