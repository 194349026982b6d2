#include "statistics/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/order_statistics.hpp"
#include "core/out_of_memory.hpp"
#include "core/random.hpp"
#include "core/thread_errors.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// 2^32 P(X <= k) of a Poisson number X of mean 1, rounded. Beyond the last k, P is below 2^-32.
constexpr std::array<std::uint32_t, 12> poisson_limits() {
  std::array<std::uint32_t, 12> limits{};
  double term = 0.36787944117144233;  // exp(-1)
  double sum = 0;
  for (std::size_t k = 0; k < limits.size(); ++k) {
    sum += term;
    term /= static_cast<double>(k + 1);
    limits[k] = static_cast<std::uint32_t>(std::min(sum * 0x1p32 + 0.5, 0x1p32 - 1));
  }
  return limits;
}

/// One sample's jets, ranked once, and what a replica of them says. A thread has its own buffer for curves.
class Sample {
 public:
  Sample(std::span<const double> scores, std::span<const std::uint8_t> labels, const FigureOptions& options)
      : options_(options), jets_(ranked(scores, labels)), right_(scores.size()) {
    for (std::size_t i = 0; i < scores.size(); ++i)
      right_[i] = (scores[i] > options.threshold) == (labels[i] == 1) ? 1 : 0;
  }

  /// `weights` as in trace_curve.
  Figures figures(std::span<const std::uint8_t> weights, std::vector<RocPoint>& curve) const {
    trace_curve(jets_, weights, curve);
    Figures figures{accuracy(weights), area_under(curve)};
    for (const double efficiency : options_.signal_efficiencies)
      figures.push_back(background_rejection(curve, efficiency));
    return figures;
  }

 private:
  double accuracy(std::span<const std::uint8_t> weights) const {
    std::int64_t right = 0;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < right_.size(); ++i) {
      const std::int64_t weight = weights.empty() ? 1 : weights[i];
      right += weight * right_[i];
      all += weight;
    }
    return all == 0 ? kNaN : static_cast<double>(right) / static_cast<double>(all);
  }

  const FigureOptions& options_;
  RankedJets jets_;
  std::vector<std::uint8_t> right_;  ///< whether the threshold puts a jet into its class
};

}  // namespace

void poisson_weights(std::uint64_t seed, std::uint32_t replica, std::span<std::uint8_t> weights) {
  static constexpr std::array<std::uint32_t, 12> kLimits = poisson_limits();
  RandomStream random(seed, Purpose::bootstrap, replica, 0);
  std::array<std::uint32_t, 1024> bits;
  for (std::size_t first = 0; first < weights.size(); first += bits.size()) {
    const std::size_t count = std::min(bits.size(), weights.size() - first);
    for (std::size_t i = 0; i < count; ++i) bits[i] = random.next_bits();
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t weight = 0;
      for (const std::uint32_t limit : kLimits) weight += bits[i] >= limit ? 1U : 0U;
      weights[first + i] = static_cast<std::uint8_t>(weight);
    }
  }
}

MeasuredFigures measure_figures(std::span<const double> scores, std::span<const std::uint8_t> labels,
                                const FigureOptions& options) {
  const Sample sample(scores, labels, options);
  MeasuredFigures measured;
  {
    std::vector<RocPoint> curve;
    measured.values = sample.figures({}, curve);
  }
  std::vector<Figures> replicas(static_cast<std::size_t>(options.replicas));
  ThreadErrors errors;
#pragma omp parallel if (options.replicas > 1)
  {
    std::vector<std::uint8_t> weights;
    std::vector<RocPoint> curve;
#pragma omp for schedule(dynamic)
    for (int replica = 0; replica < options.replicas; ++replica) {
      errors.run([&] {
        weights.resize(scores.size());
        poisson_weights(options.seed, static_cast<std::uint32_t>(replica), weights);
        replicas[static_cast<std::size_t>(replica)] = sample.figures(weights, curve);
      });
    }
  }
  memory_for("the figures' replicas (fewer threads need less)", [&] { errors.rethrow(); });
  measured.errors = replicas.empty() ? Figures(measured.values.size(), kNaN) : spread_of(replicas).deviation;
  return measured;
}

FigureSpread spread_of(std::span<const Figures> models) {
  FigureSpread spread;
  for (std::size_t f = 0; f < models.front().size(); ++f) {
    std::vector<double> values;
    for (const Figures& figures : models) values.push_back(figures[f]);
    const bool finite = std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
    spread.mean.push_back(finite ? mean(values) : kNaN);
    spread.deviation.push_back(finite ? deviation(values) : kNaN);
    spread.median.push_back(finite ? median(values) : kNaN);
  }
  return spread;
}

}  // namespace jetrain
