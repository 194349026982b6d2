#include "app/tagger_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "app/class_report.hpp"
#include "app/text_table.hpp"
#include "core/printable_text.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {
namespace {

/// One line of the table.
struct Row {
  std::string name;
  std::string jets;
  Figures values;
  Figures errors;
};

std::vector<std::vector<std::string>> lines_of(const std::vector<Row>& rows,
                                               const std::vector<double>& efficiencies) {
  std::vector<std::vector<std::string>> lines{{"tagger", "jets", "accuracy", "AUC"}};
  for (const double efficiency : efficiencies) lines[0].push_back(fmt::format("1/eps_B({})", efficiency));
  for (const Row& row : rows) {
    lines.push_back({printable_line(row.name), row.jets});
    for (std::size_t f = 0; f < 2 + efficiencies.size(); ++f)
      lines.back().push_back(f < row.values.size() ? with_error(row.values[f], row.errors[f], f < 2 ? 4 : 1)
                                                   : "-");
  }
  return lines;
}

/// Figures by name, as evaluate names them; `suffix` behind each name. `rejections`: also those.
void add_figures(Json& json, const Figures& figures, const std::vector<double>& efficiencies,
                 const std::string& suffix, bool rejections = true) {
  json["accuracy" + suffix] = json_number(figures[0]);
  json["auc" + suffix] = json_number(figures[1]);
  for (std::size_t i = 0; rejections && i < efficiencies.size(); ++i)
    json[rejection_name(efficiencies[i]) + suffix] = json_number(figures[2 + i]);
}

Json measured_json(const ScoreSet& set, const MeasuredFigures& measured,
                   const std::vector<double>& efficiencies) {
  Json json = {{"name", set.name}, {"jets", set.scores.size()}};
  add_figures(json, measured.values, efficiencies, "");
  add_figures(json, measured.errors, efficiencies, "_error");
  return json;
}

}  // namespace

TaggerTable compare_taggers(const std::vector<ScoreSet>& models, const Ensemble* ensemble,
                            const FigureOptions& options) {
  const std::vector<double>& efficiencies = options.signal_efficiencies;
  TaggerTable table;
  std::vector<const ScoreSet*> sets;
  for (const ScoreSet& model : models) sets.push_back(&model);
  if (ensemble != nullptr) sets.push_back(&ensemble->mean);
  std::vector<Row> rows;
  std::vector<Figures> single;
  Json& json = table.json = {{"bootstrap", options.replicas},
                             {"seed", options.seed},
                             {"threshold", options.threshold},
                             {"signal_efficiencies", efficiencies},
                             {"taggers", Json::array()}};
  for (const ScoreSet* set : sets) {
    const bool several = !set->classes.empty();
    const MeasuredFigures measured = several
                                         ? measure_class_figures(class_scores(*set), options)
                                         : measure_figures(set->scores, set->labels, options, set->weights);
    if (several) {
      table.text += class_report(*set, measured, efficiencies);
      json["taggers"].push_back(class_report_json(*set, measured, efficiencies));
    } else {
      rows.push_back({set->name, std::to_string(set->scores.size()), measured.values, measured.errors});
      json["taggers"].push_back(measured_json(*set, measured, efficiencies));
    }
    if (single.size() < models.size()) single.push_back(measured.values);
  }
  if (ensemble != nullptr) {
    const bool two = ensemble->mean.classes.empty();
    FigureSpread spread = spread_of(single);
    Json& over_models = json["over_models"] = Json{{"models", models.size()}};
    add_figures(over_models, spread.mean, efficiencies, "_mean", two);
    add_figures(over_models, spread.deviation, efficiencies, "_deviation", two);
    add_figures(over_models, spread.median, efficiencies, "_median", two);
    // Of more than two classes the table has what one line can say: accuracy and mean AUC.
    for (Figures* figures : {&spread.mean, &spread.deviation, &spread.median})
      figures->resize(two ? figures->size() : 2);
    const Figures none(spread.median.size(), std::nan(""));
    rows.push_back({fmt::format("mean of {}", models.size()), "", spread.mean, spread.deviation});
    rows.push_back({fmt::format("median of {}", models.size()), "", spread.median, none});
  }
  table.lines = lines_of(rows, efficiencies);
  if (!rows.empty()) table.text += text_table(table.lines);
  return table;
}

}  // namespace jetrain
