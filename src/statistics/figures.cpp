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

/// Jets ranked by one score, and which figures their curve gives.
struct RankedTask {
  RankedJets jets;
  bool area = true;
  bool rejections = true;
};

/// One sample's jets, ranked once, and what a replica of them says. A thread has its own buffer for curves.
class Sample {
 public:
  /// `right`: which jets are called what they are. `weights`: empty: all 1.
  Sample(std::vector<std::uint8_t> right, std::vector<RankedTask> tasks, std::span<const double> weights,
         const FigureOptions& options)
      : options_(options), right_(std::move(right)), tasks_(std::move(tasks)), weights_(weights) {}

  std::size_t jets() const { return right_.size(); }

  /// `counts` as in trace_curve.
  Figures figures(std::span<const std::uint8_t> counts, std::vector<RocPoint>& curve) const {
    Figures areas;
    Figures rejections;
    for (const RankedTask& task : tasks_) {
      trace_curve(task.jets, counts, curve);
      if (task.area) areas.push_back(area_under(curve));
      for (const double efficiency : options_.signal_efficiencies) {
        if (task.rejections) rejections.push_back(background_rejection(curve, efficiency));
      }
    }
    Figures figures{weights_.empty() ? accuracy(counts) : weighted_accuracy(counts)};
    if (areas.size() > 1) figures.push_back(mean_of_known(areas));
    figures.insert(figures.end(), areas.begin(), areas.end());
    figures.insert(figures.end(), rejections.begin(), rejections.end());
    return figures;
  }

 private:
  double accuracy(std::span<const std::uint8_t> counts) const {
    std::int64_t right = 0;
    std::int64_t all = 0;
    for (std::size_t i = 0; i < right_.size(); ++i) {
      const std::int64_t count = counts.empty() ? 1 : counts[i];
      right += count * right_[i];
      all += count;
    }
    return all == 0 ? kNaN : static_cast<double>(right) / static_cast<double>(all);
  }
  double weighted_accuracy(std::span<const std::uint8_t> counts) const {
    double right = 0;
    double all = 0;
    for (std::size_t i = 0; i < right_.size(); ++i) {
      const double weight = counts.empty() ? weights_[i] : static_cast<double>(counts[i]) * weights_[i];
      if (right_[i] != 0) right += weight;
      all += weight;
    }
    return all > 0 ? right / all : kNaN;
  }
  static double mean_of_known(const Figures& areas) {
    double sum = 0;
    double known = 0;
    for (const double area : areas) {
      if (std::isnan(area)) continue;
      sum += area;
      known += 1;
    }
    return known > 0 ? sum / known : kNaN;
  }

  const FigureOptions& options_;
  std::vector<std::uint8_t> right_;
  std::vector<RankedTask> tasks_;
  std::span<const double> weights_;
};

MeasuredFigures measure(const Sample& sample, const FigureOptions& options) {
  MeasuredFigures measured;
  {
    std::vector<RocPoint> curve;
    measured.values = sample.figures({}, curve);
  }
  std::vector<Figures> replicas(static_cast<std::size_t>(options.replicas));
  ThreadErrors errors;
#pragma omp parallel if (options.replicas > 1)
  {
    std::vector<std::uint8_t> counts;
    std::vector<RocPoint> curve;
#pragma omp for schedule(dynamic)
    for (int replica = 0; replica < options.replicas; ++replica) {
      errors.run([&] {
        counts.resize(sample.jets());
        poisson_counts(options.seed, static_cast<std::uint32_t>(replica), counts);
        replicas[static_cast<std::size_t>(replica)] = sample.figures(counts, curve);
      });
    }
  }
  memory_for("the figures' replicas (fewer threads need less)", [&] { errors.rethrow(); });
  measured.errors = replicas.empty() ? Figures(measured.values.size(), kNaN) : spread_of(replicas).deviation;
  return measured;
}

}  // namespace

void poisson_counts(std::uint64_t seed, std::uint32_t replica, std::span<std::uint8_t> counts) {
  static constexpr std::array<std::uint32_t, 12> kLimits = poisson_limits();
  RandomStream random(seed, Purpose::bootstrap, replica, 0);
  std::array<std::uint32_t, 1024> bits;
  for (std::size_t first = 0; first < counts.size(); first += bits.size()) {
    const std::size_t size = std::min(bits.size(), counts.size() - first);
    for (std::size_t i = 0; i < size; ++i) bits[i] = random.next_bits();
    for (std::size_t i = 0; i < size; ++i) {
      std::uint32_t count = 0;
      for (const std::uint32_t limit : kLimits) count += bits[i] >= limit ? 1U : 0U;
      counts[first + i] = static_cast<std::uint8_t>(count);
    }
  }
}

MeasuredFigures measure_figures(std::span<const double> scores, std::span<const std::uint8_t> labels,
                                const FigureOptions& options, std::span<const double> weights) {
  std::vector<std::uint8_t> right(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    right[i] = (scores[i] > options.threshold) == (labels[i] == 1) ? 1 : 0;
  std::vector<RankedTask> tasks;
  tasks.push_back({ranked(scores, labels, weights)});
  return measure({std::move(right), std::move(tasks), weights, options}, options);
}

MeasuredFigures measure_class_figures(const ClassScores& scores, const FigureOptions& options) {
  std::vector<std::uint8_t> right = predicted_classes(scores);
  for (std::size_t i = 0; i < right.size(); ++i) right[i] = right[i] == scores.labels[i] ? 1 : 0;
  std::vector<RankedTask> tasks;
  for (std::int64_t k = 0; k < scores.classes; ++k) tasks.push_back({class_and_rest(scores, k), true, false});
  for (std::int64_t k = 0; k < scores.classes; ++k) {
    if (k != scores.signal) tasks.push_back({signal_and_background(scores, k), false, true});
  }
  return measure({std::move(right), std::move(tasks), scores.weights, options}, options);
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
