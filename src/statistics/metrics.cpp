#include "statistics/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "jetrain/error.hpp"
#include "statistics/class_figures.hpp"

namespace jetrain {
namespace {

/// A score in a form whose order as an unsigned number is the falling order of scores, and what goes with it.
template <class Key, class Score>
struct Scored {
  Key key = 0;
  std::uint32_t payload = 0;

  static constexpr Key kSign = Key{1} << (8 * sizeof(Key) - 1);
  static Scored from(Score score, std::uint32_t payload) noexcept {
    const auto bits = std::bit_cast<Key>(score);
    return {(bits & kSign) != 0 ? bits : static_cast<Key>(~(bits | kSign)), payload};
  }
  Score score() const noexcept {
    return std::bit_cast<Score>((key & kSign) != 0 ? key : static_cast<Key>(~key & ~kSign));
  }
};
using ScoredFloat = Scored<std::uint32_t, float>;
using ScoredDouble = Scored<std::uint64_t, double>;

/// Radix sort, five times as fast as std::sort: on many ranks this one, which rank 0 does alone, is a large
/// part of an epoch.
template <class Jet>
std::vector<Jet> sorted(std::vector<Jet> from) {
  constexpr unsigned kBits = 11;
  constexpr unsigned kDigits = (8 * sizeof(Jet::key) + kBits - 1) / kBits;
  constexpr std::size_t kValues = std::size_t{1} << kBits;
  const auto digit = [](const Jet& s, unsigned d) {
    return static_cast<std::size_t>(s.key >> (kBits * d)) & (kValues - 1);
  };
  std::array<std::array<std::size_t, kValues>, kDigits> counts{};
  for (const Jet& jet : from) {
    for (unsigned d = 0; d < kDigits; ++d) ++counts[d][digit(jet, d)];
  }
  std::vector<Jet> to(from.size());
  for (unsigned d = 0; d < kDigits; ++d) {
    std::size_t next = 0;
    for (std::size_t& count : counts[d]) next += std::exchange(count, next);
    for (const Jet& s : from) to[counts[d][digit(s, d)]++] = s;
    from.swap(to);
  }
  return from;
}

/// Jets are counted in whole numbers, or weighed in doubles.
template <class Weight>
struct CountedJet {
  double score;
  std::uint32_t label;
  Weight weight;
};

/// The curve of jets in falling order, which `jet(i)` gives as CountedJets. Both classes' sums are made in
/// this order, so that the curve ends at (1, 1) exactly.
template <class Weight, class JetAt>
void trace(std::size_t count, const JetAt& jet, std::vector<RocPoint>& curve) {
  curve.clear();
  std::array<Weight, 2> total{0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    const CountedJet<Weight> counted = jet(i);
    total[counted.label] += counted.weight;
  }
  if (!(total[0] > 0) || !(total[1] > 0)) return;
  curve.push_back({std::numeric_limits<double>::infinity(), 0.0, 0.0});
  std::array<Weight, 2> passed{0, 0};
  std::array<Weight, 2> passed_before{0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    const CountedJet<Weight> counted = jet(i);
    passed[counted.label] += counted.weight;
    const bool tied_with_next = i + 1 < count && jet(i + 1).score == counted.score;
    if (tied_with_next || passed == passed_before) continue;
    passed_before = passed;
    curve.push_back({counted.score, static_cast<double>(passed[1]) / static_cast<double>(total[1]),
                     static_cast<double>(passed[0]) / static_cast<double>(total[0])});
  }
}

void require_rankable(std::size_t jets) {
  if (jets > std::numeric_limits<std::uint32_t>::max())
    throw DataError(fmt::format("{} scores are more than can be ranked at once (2^32 - 1)", jets));
}

}  // namespace

double counted_loss(double loss) noexcept {
  constexpr double kUnit = 0x1p-32;
  constexpr double kLargestLoss = 1000.0;  // also what a NaN counts as
  return std::round((loss < kLargestLoss ? loss : kLargestLoss) / kUnit) * kUnit;
}

std::vector<RocPoint> roc_curve(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                std::span<const float> weights) {
  const std::int64_t signal = std::count(labels.begin(), labels.end(), 1);
  const std::int64_t background = std::ssize(labels) - signal;
  std::vector<RocPoint> curve;
  const bool other = std::any_of(labels.begin(), labels.end(), [](std::uint8_t label) { return label > 1; });
  if (signal == 0 || background == 0 || other) return curve;
  // What goes with a score is its label, or, of weighted jets, its place, where label and weight stand.
  if (!weights.empty()) require_rankable(scores.size());
  std::vector<ScoredFloat> jets(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    jets[i] = ScoredFloat::from(scores[i], weights.empty() ? labels[i] : static_cast<std::uint32_t>(i));
  jets = sorted(std::move(jets));
  curve.reserve(jets.size() + 1);
  if (weights.empty()) {
    trace<std::int64_t>(
        jets.size(),
        [&](std::size_t i) {
          return CountedJet<std::int64_t>{jets[i].score(), jets[i].payload, 1};
        },
        curve);
  } else {
    trace<double>(
        jets.size(),
        [&](std::size_t i) {
          const std::uint32_t at = jets[i].payload;
          return CountedJet<double>{jets[i].score(), labels[at], static_cast<double>(weights[at])};
        },
        curve);
  }
  return curve;
}

RankedJets ranked(std::span<const double> scores, std::span<const std::uint8_t> labels,
                  std::span<const double> weights) {
  require_rankable(scores.size());
  std::vector<ScoredDouble> jets(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    jets[i] = ScoredDouble::from(scores[i], static_cast<std::uint32_t>(i));
  jets = sorted(std::move(jets));
  RankedJets result;
  result.scores.reserve(jets.size());
  result.labels.reserve(jets.size());
  result.positions.reserve(jets.size());
  result.weights.reserve(weights.size());
  for (const ScoredDouble& jet : jets) {
    result.scores.push_back(jet.score());
    result.labels.push_back(labels[jet.payload]);
    result.positions.push_back(jet.payload);
    if (!weights.empty()) result.weights.push_back(weights[jet.payload]);
  }
  return result;
}

void trace_curve(const RankedJets& jets, std::span<const std::uint8_t> counts, std::vector<RocPoint>& curve) {
  const auto count = [&](std::size_t i) -> std::int64_t {
    return counts.empty() ? 1 : counts[jets.positions[i]];
  };
  if (jets.weights.empty()) {
    trace<std::int64_t>(
        jets.scores.size(),
        [&](std::size_t i) {
          return CountedJet<std::int64_t>{jets.scores[i], jets.labels[i], count(i)};
        },
        curve);
  } else {
    trace<double>(
        jets.scores.size(),
        [&](std::size_t i) {
          return CountedJet<double>{jets.scores[i], jets.labels[i],
                                    static_cast<double>(count(i)) * jets.weights[i]};
        },
        curve);
  }
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
  // Looked for one by one: negative weights may let the curve step back.
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
  return background < 0 ? std::numeric_limits<double>::quiet_NaN() : 1.0 / background;
}

double accuracy_of(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> labels,
                   std::span<const float> weights) {
  double right = 0;  // whole numbers are exact up to 2^53
  double all = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double weight = weights.empty() ? 1.0 : static_cast<double>(weights[i]);
    if (predicted[i] == labels[i]) right += weight;
    all += weight;
  }
  return all > 0 ? right / all : std::numeric_limits<double>::quiet_NaN();
}

Metrics compute_metrics(const ScoredJets& scored) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  Metrics metrics{std::ssize(scored.scores), 0, kNaN, kNaN, kNaN, kNaN};
  double all = static_cast<double>(metrics.jets);
  if (!scored.weights.empty()) {
    all = 0;
    for (const float weight : scored.weights) all += static_cast<double>(weight);
  }
  metrics.loss = scored.loss_sum.value() / all;
  if (!scored.labelled) return metrics;
  if (!scored.predicted.empty())
    metrics.accuracy = accuracy_of(scored.predicted, scored.labels, scored.weights);
  if (scored.classes > 2) {
    const ClassSummary summary = summary_of(scored);
    metrics.auc = summary.auc;
    metrics.rejection_30 = summary.rejection_30;
    metrics.rejection_50 = summary.rejection_50;
    return metrics;
  }
  const std::vector<RocPoint> roc = roc_curve(scored.scores, scored.labels, scored.weights);
  metrics.auc = area_under(roc);
  metrics.rejection_30 = background_rejection(roc, 0.3);
  metrics.rejection_50 = background_rejection(roc, 0.5);
  return metrics;
}

}  // namespace jetrain
