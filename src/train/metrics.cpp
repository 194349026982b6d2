#include "jetrain/train/metrics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace jetrain {
namespace {

/// A score in a form whose order as an unsigned number is the falling order of scores.
struct Scored {
  std::uint32_t key = 0;
  std::uint32_t label = 0;

  static constexpr std::uint32_t kSign = 0x80000000U;
  static Scored from(float score, std::uint8_t label) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(score);
    return {(bits & kSign) != 0 ? bits : ~(bits | kSign), label};
  }
  float score() const noexcept { return std::bit_cast<float>((key & kSign) != 0 ? key : ~key & ~kSign); }
};

/// Radix sort, five times as fast as std::sort: on many ranks this one, which rank 0 does alone, is a large
/// part of an epoch.
std::vector<Scored> sorted_descending(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  constexpr unsigned kBits = 11;
  constexpr unsigned kDigits = 3;
  constexpr std::size_t kValues = std::size_t{1} << kBits;
  const auto digit = [](const Scored& s, unsigned d) { return (s.key >> (kBits * d)) & (kValues - 1); };
  std::vector<Scored> from(scores.size());
  std::array<std::array<std::size_t, kValues>, kDigits> counts{};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    from[i] = Scored::from(scores[i], labels[i]);
    for (unsigned d = 0; d < kDigits; ++d) ++counts[d][digit(from[i], d)];
  }
  std::vector<Scored> to(scores.size());
  for (unsigned d = 0; d < kDigits; ++d) {
    std::size_t next = 0;
    for (std::size_t& count : counts[d]) next += std::exchange(count, next);
    for (const Scored& s : from) to[counts[d][digit(s, d)]++] = s;
    from.swap(to);
  }
  return from;
}

}  // namespace

std::int64_t loss_to_fixed(double loss) noexcept {
  constexpr double kLargestLoss = 1000.0;  // also what a NaN counts as
  return std::llround((loss < kLargestLoss ? loss : kLargestLoss) / kLossUnit);
}

std::vector<RocPoint> roc_curve(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  const std::int64_t signal = std::count(labels.begin(), labels.end(), 1);
  const std::int64_t background = std::ssize(labels) - signal;
  std::vector<RocPoint> curve;
  const bool other = std::any_of(labels.begin(), labels.end(), [](std::uint8_t label) { return label > 1; });
  if (signal == 0 || background == 0 || other) return curve;
  const std::vector<Scored> sorted = sorted_descending(scores, labels);

  curve.push_back({std::numeric_limits<double>::infinity(), 0.0, 0.0});
  std::int64_t passed_signal = 0;
  std::int64_t passed_background = 0;
  curve.reserve(sorted.size() + 1);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    (sorted[i].label == 1 ? passed_signal : passed_background) += 1;
    const bool tied_with_next = i + 1 < sorted.size() && sorted[i + 1].score() == sorted[i].score();
    if (tied_with_next) continue;
    curve.push_back({sorted[i].score(), static_cast<double>(passed_signal) / static_cast<double>(signal),
                     static_cast<double>(passed_background) / static_cast<double>(background)});
  }
  return curve;
}

double area_under(std::span<const RocPoint> roc) {
  if (roc.empty()) return std::numeric_limits<double>::quiet_NaN();
  double area = 0;
  for (std::size_t i = 1; i < roc.size(); ++i) {
    area += (roc[i].background_efficiency - roc[i - 1].background_efficiency) *
            (roc[i].signal_efficiency + roc[i - 1].signal_efficiency) / 2;
  }
  return area;
}

double background_rejection(std::span<const RocPoint> roc, double signal_efficiency) {
  if (roc.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto reached = std::find_if(roc.begin(), roc.end(), [&](const RocPoint& point) {
    return point.signal_efficiency >= signal_efficiency;
  });
  double background = reached->background_efficiency;
  if (reached != roc.begin()) {
    const RocPoint& before = *(reached - 1);
    const double share = (signal_efficiency - before.signal_efficiency) /
                         (reached->signal_efficiency - before.signal_efficiency);
    background = before.background_efficiency +
                 share * (reached->background_efficiency - before.background_efficiency);
  }
  return 1.0 / background;
}

Metrics compute_metrics(const ScoredJets& scored) {
  Metrics metrics;
  metrics.jets = std::ssize(scored.scores);
  const auto jets = static_cast<double>(metrics.jets);
  metrics.loss = static_cast<double>(scored.loss_sum) * kLossUnit / jets;
  metrics.accuracy =
      scored.labelled ? static_cast<double>(scored.correct) / jets : std::numeric_limits<double>::quiet_NaN();
  const std::vector<RocPoint> roc =
      scored.labelled ? roc_curve(scored.scores, scored.labels) : std::vector<RocPoint>();
  metrics.auc = area_under(roc);
  metrics.rejection_30 = background_rejection(roc, 0.3);
  metrics.rejection_50 = background_rejection(roc, 0.5);
  return metrics;
}

}  // namespace jetrain
