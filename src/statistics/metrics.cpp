#include "statistics/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "jetrain/error.hpp"

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

/// The curve of jets in falling order, of which `jet(i)` gives the score, the label and how often it counts.
template <class JetAt>
void trace(std::size_t count, std::int64_t signal, std::int64_t background, const JetAt& jet,
           std::vector<RocPoint>& curve) {
  curve.clear();
  if (signal == 0 || background == 0) return;
  curve.push_back({std::numeric_limits<double>::infinity(), 0.0, 0.0});
  std::array<std::int64_t, 2> passed{0, 0};
  std::int64_t passed_before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto [score, label, weight] = jet(i);
    passed[label] += weight;
    const bool tied_with_next = i + 1 < count && jet(i + 1).score == score;
    if (tied_with_next || passed[0] + passed[1] == passed_before) continue;
    passed_before = passed[0] + passed[1];
    curve.push_back({score, static_cast<double>(passed[1]) / static_cast<double>(signal),
                     static_cast<double>(passed[0]) / static_cast<double>(background)});
  }
}

struct CountedJet {
  double score;
  std::uint32_t label;
  std::int64_t weight;
};

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
  std::vector<ScoredFloat> jets(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) jets[i] = ScoredFloat::from(scores[i], labels[i]);
  jets = sorted(std::move(jets));
  curve.reserve(jets.size() + 1);
  trace(
      jets.size(), signal, background,
      [&](std::size_t i) {
        return CountedJet{jets[i].score(), jets[i].payload, 1};
      },
      curve);
  return curve;
}

RankedJets ranked(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  if (scores.size() > std::numeric_limits<std::uint32_t>::max())
    throw DataError(fmt::format("{} scores are more than can be ranked at once (2^32 - 1)", scores.size()));
  std::vector<ScoredDouble> jets(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    jets[i] = ScoredDouble::from(scores[i], static_cast<std::uint32_t>(i));
  jets = sorted(std::move(jets));
  RankedJets result;
  result.scores.reserve(jets.size());
  result.labels.reserve(jets.size());
  result.positions.reserve(jets.size());
  for (const ScoredDouble& jet : jets) {
    result.scores.push_back(jet.score());
    result.labels.push_back(labels[jet.payload]);
    result.positions.push_back(jet.payload);
  }
  return result;
}

void trace_curve(const RankedJets& jets, std::span<const std::uint8_t> weights,
                 std::vector<RocPoint>& curve) {
  const auto jet = [&](std::size_t i) {
    return CountedJet{jets.scores[i], jets.labels[i], weights.empty() ? 1 : weights[jets.positions[i]]};
  };
  std::array<std::int64_t, 2> total{0, 0};
  for (std::size_t i = 0; i < jets.scores.size(); ++i) total[jets.labels[i]] += jet(i).weight;
  trace(jets.scores.size(), total[1], total[0], jet, curve);
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
  const auto reached = std::partition_point(roc.begin(), roc.end(), [&](const RocPoint& point) {
    return point.signal_efficiency < signal_efficiency;
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
