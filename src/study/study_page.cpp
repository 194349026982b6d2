#include "study/study_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pictures/html.hpp"
#include "study/study_figures.hpp"
#include "study/study_values.hpp"

namespace jetrain {
namespace {

std::string fixed(double value, int digits) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, digits);
}

std::string with_error(double value, double error, int digits) {
  return std::isnan(error) ? fixed(value, digits)
                           : fixed(value, digits) + " &plusmn; " + fixed(error, digits);
}

constexpr std::size_t kMostRows = 100;

std::string ranking_table(const StudyResults& results) {
  HtmlTable table(results.ranking.size() > kMostRows
                      ? fmt::format("The first {} of {}", kMostRows, results.ranking.size())
                      : std::string(),
                  {"variant", fmt::format("{}", results.config.study.monitor), "runs", "epochs", "val_loss",
                   "val_accuracy", "val_auc"});
  for (std::size_t i = 0; i < std::min(kMostRows, results.ranking.size()); ++i) {
    const Ranked& r = results.ranking[i];
    table.row(html_escaped(fmt::format("{}. {}", i + 1, r.name)),
              {with_error(r.value, r.spread, 4), std::to_string(r.runs), std::to_string(r.epochs),
               fixed(r.val_loss, 4), fixed(r.val_accuracy, 4), fixed(r.val_auc, 4)});
  }
  return table.html();
}

/// What the study has cost.
std::string cost_sentence(const StudyResults& results) {
  double epochs = 0;
  double jets = 0;
  double seconds = 0;
  std::int64_t trainings = 0;
  for (const TrialOutcome& outcome : results.outcomes) {
    if (!has_result(outcome)) continue;
    ++trainings;
    const auto of_this = static_cast<double>(outcome.epochs);
    const double trained = of_this * static_cast<double>(outcome.training_jets);
    epochs += of_this;
    jets += trained;
    if (outcome.jets_per_second > 0) seconds += trained / outcome.jets_per_second;
  }
  const bool long_work = seconds >= 3600;
  return fmt::format("<p>{} trainings of {:.0f} epochs together: {:.3g} jets, {:.1f} {} of training.</p>\n",
                     trainings, epochs, jets, seconds / (long_work ? 3600 : 60),
                     long_work ? "hours" : "minutes");
}

std::string differences_table(const StudyResults& results) {
  const std::vector<VariantRuns> variants = runs_by_variant(results);
  if (variants.size() < 2 || variants.size() > kMostRows) return "";
  HtmlTable table(
      fmt::format("Difference of {} to the first variant, over runs of the same seed and fold, and its error",
                  results.config.study.monitor),
      {"variant", "difference", "runs"});
  for (std::size_t v = 1; v < variants.size(); ++v) {
    const PairedDifference difference = difference_to_first(results, variants[v], variants[0]);
    table.row(html_escaped(variants[v].name),
              {with_error(difference.mean, difference.error, 4), std::to_string(variants[v].values.size())});
  }
  return table.html();
}

/// Of families with parameters.
PageSection parameters_section(const StudyResults& results) {
  const SearchValues search = search_values(results);
  PageSection section{"Parameters", "", {}};
  if (search.columns.empty() || search.values.size() < 2) return section;
  if (search.epochs > 0)
    section.html = fmt::format("<p>Values after {} epoch{}, which all variants have.</p>\n", search.epochs,
                               search.epochs == 1 ? "" : "s");
  section.figures.push_back(parallel_coordinates(results, search.columns, search.values));
  const ParameterFit fit = fit_parameters(search.columns, search.values);
  if (fit.importance.empty()) {
    section.html += note_html(
        "How much each parameter matters is not fitted: there are too few variants for so many parameters.");
  } else {
    section.figures.push_back(importance_bars(search.columns, fit));
  }
  return section;
}

bool is_learning_curve(const StudyResults& results) {
  return std::holds_alternative<LearningCurveFamily>(results.config.study.family.kind);
}

}  // namespace

std::string extrapolation_sentence(const StudyResults& results) {
  if (!is_learning_curve(results)) return "";
  const Monitor monitor = results.config.study.monitor;
  const std::vector<SizedError> points = errors_by_size(results);
  if (points.size() < 3) return "";
  double most = 0;
  for (const SizedError& point : points) most = std::max(most, point.jets);
  const Extrapolated there = extrapolate(points, 10 * most);
  if (std::isnan(there.error)) return "";
  const auto text = [&](double error) { return fmt::format("{:.4f}", value_of_error(monitor, error)); };
  std::string range;
  if (!std::isnan(there.low)) {
    const double a = value_of_error(monitor, there.low);
    const double b = value_of_error(monitor, there.high);
    range = fmt::format(" ({:.4f} to {:.4f} where one size is left out)", std::min(a, b), std::max(a, b));
  }
  return fmt::format("with ten times the most training jets ({:.0f}) the power law gives {} {}{}", 10 * most,
                     monitor, text(there.error), range);
}

std::vector<PageSection> page_sections(const StudyResults& results) {
  std::vector<PageSection> sections;
  sections.push_back({"Ranking", ranking_table(results) + cost_sentence(results), {}});
  PageSection parameters = parameters_section(results);
  if (is_learning_curve(results)) {
    const std::string sentence = extrapolation_sentence(results);
    sections.push_back({"More jets",
                        sentence.empty() ? "" : "<p>" + html_escaped(sentence) + "</p>\n",
                        {size_curve(results)}});
  }
  constexpr std::size_t kMostVariants = 24;
  const bool has_runs = results.config.study.repeats > 1 || results.config.study.folds > 0;
  if (runs_by_variant(results).size() <= kMostVariants && (parameters.figures.empty() || has_runs))
    sections.push_back({"Variants", differences_table(results), {variant_spread(results)}});
  if (!parameters.figures.empty()) sections.push_back(std::move(parameters));
  sections.push_back({"Trainings", "", {member_curves(results)}});
  return sections;
}

}  // namespace jetrain
