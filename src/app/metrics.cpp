#include "app/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/class_report.hpp"
#include "app/tagger_table.hpp"
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
  const std::vector<ScoreSet> models = read_score_files(options.files, options.names);
  std::optional<Ensemble> ensemble;
  if (options.ensemble) ensemble = average_scores(models);

  std::vector<const ScoreSet*> sets;
  for (const ScoreSet& model : models) sets.push_back(&model);
  if (ensemble) sets.push_back(&ensemble->mean);
  const TaggerTable compared = compare_taggers(models, ensemble ? &*ensemble : nullptr, options.figures);
  fmt::print("{}", compared.text);
  print_warnings(models, options.figures.threshold);
  if (options.figures.replicas > 0)
    fmt::print("+-: standard deviation over {} bootstrap replicas{}  ({:.1f} s)\n", options.figures.replicas,
               ensemble ? ", of the mean: over the models" : "", watch.seconds());
  if (!options.output.empty()) write_ensemble(options.output, *ensemble);
  if (!options.json.empty()) write_text(options.json, json_text(compared.json));
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
