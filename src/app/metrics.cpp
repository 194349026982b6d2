#include "app/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "comm/threads.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/record_csv.hpp"
#include "core/record_json.hpp"
#include "core/stopwatch.hpp"
#include "jetrain/error.hpp"
#include "statistics/ensemble.hpp"
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

/// "0.9381 +- 0.0004": accuracy and AUC with four digits, rejections (figure 2 and on) with one.
std::string figure_text(std::size_t figure, double value, double error) {
  const auto number = [&](double x) { return fmt::format("{:.{}f}", x, figure < 2 ? 4 : 1); };
  if (std::isnan(value)) return "-";
  return std::isfinite(error) ? number(value) + " +- " + number(error) : number(value);
}

std::string table(const std::vector<Row>& rows, const std::vector<double>& efficiencies) {
  std::vector<std::vector<std::string>> cells{{"tagger", "jets", "accuracy", "AUC"}};
  for (const double efficiency : efficiencies) cells[0].push_back(fmt::format("1/eps_B({})", efficiency));
  for (const Row& row : rows) {
    cells.push_back({printable_line(row.name), row.jets});
    for (std::size_t f = 0; f < row.values.size(); ++f)
      cells.back().push_back(figure_text(f, row.values[f], row.errors[f]));
  }
  std::string text;
  for (const auto& line : cells) {
    for (std::size_t c = 0; c < line.size(); ++c) {
      std::size_t width = 0;
      for (const auto& other : cells) width = std::max(width, other[c].size());
      text += c + 1 == line.size() ? line[c] + "\n" : fmt::format("{:{}}  ", line[c], width);
    }
  }
  return text;
}

/// Figures by name, as evaluate names them; `suffix` behind each name.
void add_figures(Json& json, const Figures& figures, const std::vector<double>& efficiencies,
                 const std::string& suffix) {
  json["accuracy" + suffix] = json_number(figures[0]);
  json["auc" + suffix] = json_number(figures[1]);
  for (std::size_t i = 0; i < efficiencies.size(); ++i)
    json[fmt::format("rejection_{:.10g}{}", 100 * efficiencies[i], suffix)] = json_number(figures[2 + i]);
}

Json measured_json(const ScoreSet& set, const MeasuredFigures& measured,
                   const std::vector<double>& efficiencies) {
  Json json = {{"name", set.name}, {"jets", set.scores.size()}};
  add_figures(json, measured.values, efficiencies, "");
  add_figures(json, measured.errors, efficiencies, "_error");
  return json;
}

/// As evaluate writes it where there is one curve; of several, the first column says whose a point is.
std::string roc_csv(const std::vector<const ScoreSet*>& sets) {
  const bool several = sets.size() > 1;
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{}threshold,signal_efficiency,background_efficiency\n", several ? "tagger," : "");
  std::vector<RocPoint> curve;
  for (const ScoreSet* set : sets) {
    trace_curve(ranked(set->scores, set->labels), {}, curve);
    for (const RocPoint& p : curve) {
      if (several) fmt::format_to(out, "{},", csv_quoted(set->name));
      fmt::format_to(out, "{},{},{}\n", p.threshold, p.signal_efficiency, p.background_efficiency);
    }
  }
  return fmt::to_string(text);
}

void require_possible(const MetricsOptions& options) {
  if (!options.output.empty() && !options.ensemble)
    throw UsageError("--out is for the scores of an ensemble: give --ensemble, too");
  if (options.figures.replicas == 1)
    throw UsageError("--bootstrap 1: errors need two replicas or more; 0: no errors");
  for (const std::string& output : {options.output, options.json, options.roc}) {
    if (!output.empty()) require_writable(output, options.overwrite);
  }
}

/// Everything, on one rank.
void compute(const MetricsOptions& options) {
  const Stopwatch watch;
  const std::vector<double>& efficiencies = options.figures.signal_efficiencies;
  const std::vector<ScoreSet> models = read_score_files(options.files, options.names);
  std::optional<Ensemble> ensemble;
  if (options.ensemble) ensemble = average_scores(models);

  std::vector<const ScoreSet*> sets;
  for (const ScoreSet& model : models) sets.push_back(&model);
  if (ensemble) sets.push_back(&ensemble->mean);
  std::vector<Row> rows;
  std::vector<Figures> single;
  Json json = {{"bootstrap", options.figures.replicas},
               {"seed", options.figures.seed},
               {"threshold", options.figures.threshold},
               {"signal_efficiencies", efficiencies},
               {"taggers", Json::array()}};
  for (const ScoreSet* set : sets) {
    const MeasuredFigures measured = measure_figures(set->scores, set->labels, options.figures);
    rows.push_back({set->name, std::to_string(set->scores.size()), measured.values, measured.errors});
    json["taggers"].push_back(measured_json(*set, measured, efficiencies));
    if (single.size() < models.size()) single.push_back(measured.values);
  }
  if (ensemble) {
    const FigureSpread spread = spread_of(single);
    rows.push_back({fmt::format("mean of {}", models.size()), "", spread.mean, spread.deviation});
    rows.push_back({fmt::format("median of {}", models.size()), "", spread.median,
                    Figures(spread.median.size(), std::nan(""))});
    Json& over_models = json["over_models"] = Json{{"models", models.size()}};
    add_figures(over_models, spread.mean, efficiencies, "_mean");
    add_figures(over_models, spread.deviation, efficiencies, "_deviation");
    add_figures(over_models, spread.median, efficiencies, "_median");
  }
  fmt::print("{}", table(rows, efficiencies));
  if (options.figures.replicas > 0)
    fmt::print("+-: standard deviation over {} bootstrap replicas{}  ({:.1f} s)\n", options.figures.replicas,
               ensemble ? ", of the mean: over the models" : "", watch.seconds());
  if (!options.output.empty()) write_ensemble(options.output, *ensemble);
  if (!options.json.empty()) write_text(options.json, json_text(json));
  if (!options.roc.empty()) write_text(options.roc, roc_csv(sets));
}

}  // namespace

void compute_figures(const MetricsOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (comm.is_root()) require_possible(options);
  });
  set_threads(options.threads, comm);
  comm.agree([&] {
    if (comm.is_root()) compute(options);
  });
}

}  // namespace jetrain
