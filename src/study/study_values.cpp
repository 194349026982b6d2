#include "study/study_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "core/order_statistics.hpp"
#include "study/rounds.hpp"
#include "train/early_stopping.hpp"

namespace jetrain {
namespace {

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// The parameters of the study's family, if it has any.
std::vector<StudyParameter> parameters_of(const StudyConfig& study) {
  return std::visit(
      [](const auto& family) {
        if constexpr (requires { family.parameters; })
          return family.parameters;
        else
          return std::vector<StudyParameter>();
      },
      study.family.kind);
}

/// The best of the monitored values in the first epochs, as it is.
double best_within(const StudyResults& results, std::size_t trial, std::int64_t epochs) {
  const Monitor monitor = results.config.study.monitor;
  double best = std::numeric_limits<double>::quiet_NaN();
  double best_turned = -std::numeric_limits<double>::infinity();
  for (const EpochRecord& record : results.histories[trial]) {
    const double turned = monitored_value(monitor, record.validation);
    if (record.epoch > epochs || !(turned > best_turned)) continue;
    best_turned = turned;
    best = monitor == Monitor::val_loss ? -turned : turned;
  }
  return best;
}

void finish(ParameterColumn& column, const StudyParameter& parameter) {
  std::vector<double> numbers;
  for (const std::string& text : column.texts) {
    const std::optional<double> number = number_of(text);
    if (!number) return;
    numbers.push_back(*number);
  }
  const bool all_positive =
      std::all_of(numbers.begin(), numbers.end(), [](double value) { return value > 0; });
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  constexpr double kWide = 20;
  column.logarithmic =
      !parameter.log_uniform.empty() || (all_positive && !numbers.empty() && *most > kWide * *least);
  for (double& number : numbers) number = column.logarithmic ? std::log10(number) : number;
  column.numbers = std::move(numbers);
}

}  // namespace

std::vector<VariantRuns> runs_by_variant(const StudyResults& results) {
  std::vector<VariantRuns> all;
  for (std::size_t i = 0; i < results.trials.size(); ++i) {
    const Trial& trial = results.trials[i];
    if (all.empty() || all.back().variant != trial.variant)
      all.push_back({trial.variant, trial.name, {}, {}});
    const double value = monitored(results.outcomes[i], results.config.study.monitor);
    if (!has_result(results.outcomes[i]) || std::isnan(value)) continue;
    all.back().trials.push_back(i);
    all.back().values.push_back(value);
  }
  return all;
}

SearchValues search_values(const StudyResults& results) {
  SearchValues search;
  const std::vector<StudyParameter> parameters = parameters_of(results.config.study);
  for (const StudyParameter& parameter : parameters) search.columns.push_back({parameter.key, {}, {}, false});
  const std::vector<VariantRuns> variants = runs_by_variant(results);
  if (rounds_of(results.config) > 1) {
    search.epochs = std::numeric_limits<std::int64_t>::max();
    for (const VariantRuns& runs : variants) {
      for (const std::size_t i : runs.trials)
        search.epochs = std::min(search.epochs, results.outcomes[i].epochs);
    }
  }
  for (const VariantRuns& runs : variants) {
    if (runs.values.empty()) continue;
    std::vector<double> values = runs.values;
    for (std::size_t k = 0; search.epochs > 0 && k < values.size(); ++k)
      values[k] = best_within(results, runs.trials[k], search.epochs);
    const double value = mean(values);
    if (!std::isfinite(value)) continue;
    search.values.push_back(value);
    for (std::size_t p = 0; p < parameters.size(); ++p)
      search.columns[p].texts.push_back(results.trials[runs.trials.front()].values[p]);
  }
  for (std::size_t p = 0; p < parameters.size(); ++p) finish(search.columns[p], parameters[p]);
  return search;
}

double error_of(Monitor monitor, double value) {
  switch (monitor) {
    case Monitor::val_loss:
      return value;
    case Monitor::val_accuracy:
    case Monitor::val_auc:
      return 1 - value;
  }
  return value;
}

double value_of_error(Monitor monitor, double error) {
  switch (monitor) {
    case Monitor::val_loss:
      return error;
    case Monitor::val_accuracy:
    case Monitor::val_auc:
      return 1 - error;
  }
  return error;
}

std::vector<SizedError> errors_by_size(const StudyResults& results) {
  std::vector<SizedError> points;
  for (const VariantRuns& runs : runs_by_variant(results)) {
    if (runs.values.empty()) continue;
    std::vector<double> errors;
    for (const double value : runs.values) errors.push_back(error_of(results.config.study.monitor, value));
    const double sigma =
        errors.size() < 2 ? 0 : deviation(errors) / std::sqrt(static_cast<double>(errors.size()));
    const double error = mean(errors);
    if (error > 0)
      points.push_back(
          {static_cast<double>(results.outcomes[runs.trials.front()].training_jets), error, sigma});
  }
  return points;
}

PairedDifference difference_to_first(const StudyResults& results, const VariantRuns& runs,
                                     const VariantRuns& first) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < runs.trials.size(); ++i) {
    const Trial& trial = results.trials[runs.trials[i]];
    for (std::size_t k = 0; k < first.trials.size(); ++k) {
      const Trial& other = results.trials[first.trials[k]];
      if (other.config.seed == trial.config.seed && other.fold() == trial.fold())
        differences.push_back(runs.values[i] - first.values[k]);
    }
  }
  return {mean(differences), deviation(differences) / std::sqrt(static_cast<double>(differences.size()))};
}

}  // namespace jetrain
