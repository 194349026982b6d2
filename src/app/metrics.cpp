#include "app/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/class_report.hpp"
#include "app/text_table.hpp"
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

std::string table(const std::vector<Row>& rows, const std::vector<double>& efficiencies) {
  std::vector<std::vector<std::string>> lines{{"tagger", "jets", "accuracy", "AUC"}};
  for (const double efficiency : efficiencies) lines[0].push_back(fmt::format("1/eps_B({})", efficiency));
  for (const Row& row : rows) {
    lines.push_back({printable_line(row.name), row.jets});
    for (std::size_t f = 0; f < 2 + efficiencies.size(); ++f)
      lines.back().push_back(f < row.values.size() ? with_error(row.values[f], row.errors[f], f < 2 ? 4 : 1)
                                                   : "-");
  }
  return text_table(lines);
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

/// Curves as lines, of more than two classes each against the rest.
class RocTable {
 public:
  explicit RocTable(const std::vector<const ScoreSet*>& sets)
      : tagger_(sets.size() > 1), class_(std::any_of(sets.begin(), sets.end(), has_classes)) {
    text_ = fmt::format("{}{}threshold,signal_efficiency,background_efficiency\n", tagger_ ? "tagger," : "",
                        class_ ? "class," : "");
    for (const ScoreSet* set : sets) add(*set);
  }
  const std::string& text() const { return text_; }

 private:
  static bool has_classes(const ScoreSet* set) { return !set->classes.empty(); }

  void add(const ScoreSet& set) {
    if (set.classes.empty()) return add(set, "", ranked(set.scores, set.labels, set.weights));
    for (std::size_t k = 0; k < set.classes.size(); ++k)
      add(set, set.classes[k], class_and_rest(class_scores(set), static_cast<std::int64_t>(k)));
  }
  void add(const ScoreSet& set, const std::string& class_name, const RankedJets& jets) {
    trace_curve(jets, {}, curve_);
    const std::string before =
        (tagger_ ? csv_quoted(set.name) + "," : "") + (class_ ? csv_quoted(class_name) + "," : "");
    for (const RocPoint& p : curve_)
      text_ += fmt::format("{}{},{},{}\n", before, p.threshold, p.signal_efficiency, p.background_efficiency);
  }

  bool tagger_;
  bool class_;
  std::vector<RocPoint> curve_;
  std::string text_;
};

/// What the figures do not say of themselves.
void print_warnings(const std::vector<ScoreSet>& models, double threshold) {
  for (const ScoreSet& set : models) {
    if (threshold != FigureOptions().threshold || !leaves_probabilities(set)) continue;
    const auto [least, most] = std::minmax_element(set.scores.begin(), set.scores.end());
    print_line(
        "warning: {}: scores from {:.4g} to {:.4g} are no probabilities: the accuracy counts those above {} "
        "as tops "
        "(of logits give --threshold 0); AUC and 1/eps_B hang on no threshold",
        set.name, *least, *most, threshold);
  }
  for (const ScoreSet& set : models) {
    const std::string difference = difference_of_jets(models.front(), set);
    if (difference.empty()) continue;
    print_line("note: {} and {} are not of the same jets ({}): they differ by more than the taggers",
               models.front().name, set.name, difference);
    return;
  }
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
    const bool several = !set->classes.empty();
    const MeasuredFigures measured =
        several ? measure_class_figures(class_scores(*set), options.figures)
                : measure_figures(set->scores, set->labels, options.figures, set->weights);
    if (several) {
      fmt::print("{}", class_report(*set, measured, efficiencies));
      json["taggers"].push_back(class_report_json(*set, measured, efficiencies));
    } else {
      rows.push_back({set->name, std::to_string(set->scores.size()), measured.values, measured.errors});
      json["taggers"].push_back(measured_json(*set, measured, efficiencies));
    }
    if (single.size() < models.size()) single.push_back(measured.values);
  }
  if (ensemble) {
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
  if (!rows.empty()) fmt::print("{}", table(rows, efficiencies));
  print_warnings(models, options.figures.threshold);
  if (options.figures.replicas > 0)
    fmt::print("+-: standard deviation over {} bootstrap replicas{}  ({:.1f} s)\n", options.figures.replicas,
               ensemble ? ", of the mean: over the models" : "", watch.seconds());
  if (!options.output.empty()) write_ensemble(options.output, *ensemble);
  if (!options.json.empty()) write_text(options.json, json_text(json));
  if (!options.roc.empty()) write_text(options.roc, RocTable(sets).text());
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
