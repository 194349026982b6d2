#include "statistics/class_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/out_of_memory.hpp"
#include "core/thread_errors.hpp"

namespace jetrain {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// All but the name.
ClassFigures figures_of(const ScoredJets& scored, const ClassScores& scores, std::int64_t index) {
  ClassFigures figures;
  figures.called.assign(static_cast<std::size_t>(scored.classes), 0.0);
  for (std::size_t i = 0; i < scored.labels.size(); ++i) {
    if (scored.labels[i] != index) continue;
    ++figures.jets;
    figures.called[scored.predicted[i]] += scored.weight(i);
  }
  std::vector<RocPoint> roc;
  trace_curve(class_and_rest(scores, index), {}, roc);
  figures.auc = area_under(roc);
  figures.rejection_30 = figures.rejection_50 = kNaN;
  if (index == scored.signal) return figures;
  trace_curve(signal_and_background(scores, index), {}, roc);
  figures.rejection_30 = background_rejection(roc, 0.3);
  figures.rejection_50 = background_rejection(roc, 0.5);
  return figures;
}

/// The smaller one; NaN counts as none.
void take_smaller(double& smallest, double value) {
  if (std::isnan(smallest) || value < smallest) smallest = value;
}

}  // namespace

double discriminant(double signal, double background) noexcept {
  const double both = signal + background;
  return both > 0 ? signal / both : 0.5;
}

std::vector<std::uint8_t> predicted_classes(const ClassScores& scores) {
  std::vector<std::uint8_t> predicted(scores.labels.size());
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    std::int64_t largest = 0;
    for (std::int64_t k = 1; k < scores.classes; ++k) {
      if (scores.output(i, k) > scores.output(i, largest)) largest = k;
    }
    predicted[i] = static_cast<std::uint8_t>(largest);
  }
  return predicted;
}

RankedJets class_and_rest(const ClassScores& scores, std::int64_t class_index) {
  std::vector<double> values;
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < scores.labels.size(); ++i) {
    values.push_back(scores.output(i, class_index));
    labels.push_back(scores.labels[i] == class_index ? 1 : 0);
  }
  return ranked(values, labels, scores.weights);
}

RankedJets signal_and_background(const ClassScores& scores, std::int64_t background) {
  std::vector<double> values;
  std::vector<std::uint8_t> labels;
  std::vector<double> weights;
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < scores.labels.size(); ++i) {
    if (scores.labels[i] != scores.signal && scores.labels[i] != background) continue;
    values.push_back(discriminant(scores.output(i, scores.signal), scores.output(i, background)));
    labels.push_back(scores.labels[i] == scores.signal ? 1 : 0);
    if (!scores.weights.empty()) weights.push_back(scores.weights[i]);
    places.push_back(static_cast<std::uint32_t>(i));
  }
  RankedJets jets = ranked(values, labels, weights);
  for (std::uint32_t& position : jets.positions) position = places[position];
  return jets;
}

std::vector<ClassFigures> class_figures(const ScoredJets& scored, const std::vector<std::string>& names) {
  std::vector<ClassFigures> classes(static_cast<std::size_t>(scored.classes));
  const std::vector<double> outputs(scored.outputs.begin(), scored.outputs.end());
  const std::vector<double> weights(scored.weights.begin(), scored.weights.end());
  const ClassScores scores{outputs, scored.labels, weights, scored.classes, scored.signal};
  ThreadErrors errors;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t k = 0; k < classes.size(); ++k)
    errors.run([&] { classes[k] = figures_of(scored, scores, static_cast<std::int64_t>(k)); });
  memory_for("the classes' ROC curves (fewer threads need less)", [&] { errors.rethrow(); });
  for (std::size_t k = 0; k < classes.size() && k < names.size(); ++k) classes[k].name = names[k];
  return classes;
}

ClassSummary summary_of(const std::vector<ClassFigures>& classes) {
  ClassSummary summary{0, kNaN, kNaN};
  double known = 0;
  for (const ClassFigures& figures : classes) {
    take_smaller(summary.rejection_30, figures.rejection_30);
    take_smaller(summary.rejection_50, figures.rejection_50);
    if (std::isnan(figures.auc)) continue;
    summary.auc += figures.auc;
    known += 1;
  }
  summary.auc = known > 0 ? summary.auc / known : kNaN;
  return summary;
}

ClassSummary summary_of(const ScoredJets& scored) {
  return summary_of(class_figures(scored, {}));
}

}  // namespace jetrain
