#include <algorithm>
#include <array>
#include <numeric>

#include "report/run_table.hpp"
#include "report/tables.hpp"

namespace jetrain {
namespace {

/// As HTML, which breaks lines only between the two numbers.
std::string with_error(double value, double error, int digits) {
  return fixed(value, digits) + (std::isfinite(error) ? " <span>± " + fixed(error, digits) + "</span>" : "");
}

/// What the numbers of a confusion matrix are.
const char* counted(const ScoredTagger& tagger) {
  return tagger.scored.weights.empty() ? "numbers" : "sums of weights";
}

/// A number and its share of a row.
template <class Row>
std::string share_cell(double number, const Row& row) {
  const double all = std::accumulate(row.begin(), row.end(), 0.0);
  return fmt::format("{:.10g} ({:.1f} %)", number, 100 * number / all);
}

std::vector<const ScoredTagger*> taggers_of(const ReportedRuns& runs,
                                            const std::vector<ScoredTagger>& others) {
  std::vector<const ScoredTagger*> taggers;
  for (const ReportedRun& run : runs) {
    if (run.scores.missing.empty()) taggers.push_back(&run.scores.tagger);
  }
  for (const ScoredTagger& other : others) taggers.push_back(&other);
  return taggers;
}

}  // namespace

std::string class_tables(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  std::string html;
  for (const ScoredTagger* tagger : taggers_of(runs, others)) {
    if (tagger->classes.empty()) continue;
    const std::string name = html_escaped(tagger->name);
    const auto signal = static_cast<std::size_t>(tagger->scored.signal);
    const std::string signal_name = html_escaped(tagger->classes[signal].name);
    HtmlTable figures(
        fmt::format("Classes of {}: AUC against the rest, and {} told from each by p<sub>S</sub> / "
                    "(p<sub>S</sub> + p<sub>B</sub>)",
                    name, signal_name),
        {"", "jets", "AUC", kRejection30, kRejection50});
    std::vector<std::string> columns{""};
    for (const ClassFigures& c : tagger->classes) {
      figures.row(html_escaped(c.name), {fmt::format("{}", c.jets), fixed(c.auc, 4), fixed(c.rejection_30, 1),
                                         fixed(c.rejection_50, 1)});
      columns.push_back("called " + html_escaped(c.name));
    }
    HtmlTable confusion(
        fmt::format("Confusion of {}: {}, and their share of the class", name, counted(*tagger)), columns);
    for (const ClassFigures& c : tagger->classes) {
      std::vector<std::string> cells;
      for (const double number : c.called) cells.push_back(share_cell(number, c.called));
      confusion.row(html_escaped(c.name), cells);
    }
    html += figures.html() + confusion.html();
  }
  return html;
}

std::string different_jets_note(const ReportedRuns& runs) {
  const ReportedRun* first = nullptr;
  for (const ReportedRun& run : runs) {
    if (!run.scores.missing.empty()) continue;
    if (first == nullptr) first = &run;
    if (run.scores.jets == first->scores.jets) continue;
    return note_html(
        fmt::format("{} and {} are not scored on the same jets: their curves and figures differ by more "
                    "than the models.",
                    first->record.name, run.record.name));
  }
  return "";
}

std::string tagging_table(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  const std::vector<const ScoredTagger*> taggers = taggers_of(runs, others);
  const bool with_runs = taggers.size() > others.size();
  if (taggers.empty()) return "";
  std::string html = "<p>";
  if (with_runs)
    html +=
        "Runs: computed anew from best.h5 on validation jets (the first of them, as many as --jets says). ";
  if (!others.empty())
    html += fmt::format("Files: on all of their own jets{}. ",
                        with_runs ? ", which need not be the runs' validation jets" : "");
  if (std::any_of(taggers.begin(), taggers.end(), [](const ScoredTagger* t) { return !t->classes.empty(); }))
    html +=
        "Of more than two classes: the classes' mean AUC, and 1/ε<sub>B</sub> against the background that is "
        "hardest to reject. ";
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
    std::array<std::array<double, 2>, 2> counts{};  // [label][called top]
    for (std::size_t i = 0; i < run.scored.scores.size(); ++i)
      counts[run.scored.labels[i] == 1 ? 1 : 0][run.scored.scores[i] > 0.5F ? 1 : 0] += run.scored.weight(i);
    const std::string signal = html_escaped(names.signal);
    const std::string background = html_escaped(names.background);
    HtmlTable table(fmt::format("Confusion at 0.5{}: {}, and their share of the class",
                                html_escaped(caption_suffix(runs, r)), counted(run)),
                    {"", "called " + signal, "called " + background});
    for (const std::size_t label : {1U, 0U})
      table.row(label == 1 ? signal : background,
                {share_cell(counts[label][1], counts[label]), share_cell(counts[label][0], counts[label])});
    html += table.html();
  }
  return html;
}

}  // namespace jetrain
