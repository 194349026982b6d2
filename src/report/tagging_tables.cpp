#include <array>

#include "report/run_table.hpp"
#include "report/tables.hpp"

namespace jetrain {
namespace {

/// As HTML, which breaks lines only between the two numbers.
std::string with_error(double value, double error, int digits) {
  return fixed(value, digits) + (std::isfinite(error) ? " <span>± " + fixed(error, digits) + "</span>" : "");
}

}  // namespace

std::string tagging_table(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  std::vector<const ScoredTagger*> taggers;
  for (const ReportedRun& run : runs) {
    if (run.scores.missing.empty()) taggers.push_back(&run.scores.tagger);
  }
  const bool with_runs = !taggers.empty();
  for (const ScoredTagger& other : others) taggers.push_back(&other);
  if (taggers.empty()) return "";
  std::string html = "<p>";
  if (with_runs)
    html +=
        "Runs: computed anew from best.h5 on validation jets (the first of them, as many as --jets says). ";
  if (!others.empty())
    html += fmt::format("Files: on all of their own jets{}. ",
                        with_runs ? ", which need not be the runs' validation jets" : "");
  html += "±: standard deviation over bootstrap replicas.</p>\n";
  std::vector<std::string> columns = {"", "jets", "accuracy", "AUC", kRejection30, kRejection50};
  if (with_runs) columns.push_back("loss");
  HtmlTable table("", columns);
  for (const ScoredTagger* tagger : taggers) {
    const Metrics& m = tagger->metrics;
    const Metrics& e = tagger->errors;
    std::vector<std::string> cells = {
        fmt::format("{}", m.jets), with_error(m.accuracy, e.accuracy, 4), with_error(m.auc, e.auc, 4),
        with_error(m.rejection_30, e.rejection_30, 1), with_error(m.rejection_50, e.rejection_50, 1)};
    if (with_runs) cells.push_back(fixed(m.loss, 4));
    table.row(html_escaped(tagger->name), cells);
  }
  return html + table.html();
}

std::string confusion_tables(const ReportedRuns& runs) {
  const ClassNames names = class_names(runs);
  std::string html;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const ScoredTagger& run = runs[r].scores.tagger;
    if (run.roc.empty()) continue;
    std::array<std::array<std::int64_t, 2>, 2> counts{};  // [label][called top]
    for (std::size_t i = 0; i < run.scored.scores.size(); ++i)
      ++counts[run.scored.labels[i] == 1 ? 1 : 0][run.scored.scores[i] > 0.5F ? 1 : 0];
    HtmlTable table(fmt::format("Confusion at 0.5{}: numbers, and their share of the class",
                                html_escaped(caption_suffix(runs, r))),
                    {"", fmt::format("called {}", names.signal), fmt::format("called {}", names.background)});
    for (const std::size_t label : {1U, 0U}) {
      const double all = static_cast<double>(counts[label][0] + counts[label][1]);
      const auto cell = [&](std::size_t called) {
        return fmt::format("{} ({:.1f} %)", counts[label][called],
                           100 * static_cast<double>(counts[label][called]) / all);
      };
      table.row(label == 1 ? names.signal : names.background, {cell(1), cell(0)});
    }
    html += table.html();
  }
  return html;
}

}  // namespace jetrain
