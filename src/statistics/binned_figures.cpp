#include "statistics/binned_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jetrain {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The bin of a value; -1: none.
std::int64_t bin_of(double value, const std::vector<double>& borders) {
  if (!(value >= borders.front()) || !(value <= borders.back())) return -1;
  const auto above = std::upper_bound(borders.begin(), borders.end(), value);
  return std::min<std::int64_t>(above - borders.begin(), std::ssize(borders) - 1) - 1;
}

/// Some of the jets, with numbers as figures take them.
struct Jets {
  Jets(const ScoredJets& all, const std::vector<std::size_t>& chosen)
      : classes(all.classes), signal(all.signal) {
    const auto width = static_cast<std::size_t>(all.classes);
    for (const std::size_t i : chosen) {
      scores.push_back(all.scores[i]);
      labels.push_back(all.labels[i]);
      is_signal.push_back(all.labels[i] == all.signal ? 1 : 0);
      if (!all.weights.empty()) weights.push_back(all.weights[i]);
      for (std::size_t k = 0; classes > 2 && k < width; ++k) outputs.push_back(all.outputs[i * width + k]);
    }
  }

  MeasuredFigures figures(const FigureOptions& options) const {
    if (classes <= 2) return measure_figures(scores, labels, options, weights);
    return measure_class_figures({outputs, labels, weights, classes, signal}, options);
  }

  std::int64_t classes;
  std::int64_t signal;
  std::vector<double> scores;
  std::vector<double> outputs;
  std::vector<double> weights;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> is_signal;
};

Efficiency passing(const Jets& jets, std::uint8_t is_signal, double threshold) {
  double all = 0;
  double squares = 0;
  double passed = 0;
  for (std::size_t i = 0; i < jets.scores.size(); ++i) {
    if (jets.is_signal[i] != is_signal) continue;
    const double weight = jets.weights.empty() ? 1.0 : jets.weights[i];
    all += weight;
    squares += weight * weight;
    if (jets.scores[i] >= threshold) passed += weight;
  }
  if (!(all > 0) || std::isnan(threshold)) return {kNaN, kNaN};
  const double share = passed / all;
  return {share, std::sqrt(std::max(0.0, share * (1 - share)) * squares) / all};
}

/// The highest score that keeps so much of the signal.
double threshold_of(const Jets& jets, double signal_efficiency) {
  std::vector<RocPoint> curve;
  trace_curve(ranked(jets.scores, jets.is_signal, jets.weights), {}, curve);
  for (const RocPoint& point : curve) {
    if (point.signal_efficiency >= signal_efficiency) return point.threshold;
  }
  return kNaN;
}

}  // namespace

BinnedFigures measure_bins(const ScoredJets& scored, std::span<const float> values,
                           const std::vector<double>& borders, double signal_efficiency,
                           const FigureOptions& options) {
  std::vector<std::vector<std::size_t>> chosen(borders.size() - 1);
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t bin = bin_of(static_cast<double>(values[i]), borders);
    if (bin < 0) continue;
    chosen[static_cast<std::size_t>(bin)].push_back(i);
    inside.push_back(i);
  }
  BinnedFigures result;
  result.outside = std::ssize(values) - std::ssize(inside);
  result.threshold = threshold_of(Jets(scored, inside), signal_efficiency);
  for (std::size_t bin = 0; bin < chosen.size(); ++bin) {
    const Jets jets(scored, chosen[bin]);
    result.bins.push_back({borders[bin], borders[bin + 1], std::ssize(jets.labels), jets.figures(options),
                           passing(jets, 1, result.threshold), passing(jets, 0, result.threshold)});
  }
  return result;
}

}  // namespace jetrain
