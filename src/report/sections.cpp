#include "report/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/tables.hpp"

namespace jetrain {

std::vector<PageSection> report_sections(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  const auto together = [](const std::string& tables) {
    return tables.empty() ? tables : "<div class=\"tables\">\n" + tables + "</div>\n";
  };
  const ClassNames names = class_names(runs);
  const auto of_two = [](const ScoredTagger& tagger) { return tagger.classes.empty(); };
  const bool several = std::any_of(runs.begin(), runs.end(),
                                   [&](const ReportedRun& run) { return !of_two(run.scores.tagger); }) ||
                       !std::all_of(others.begin(), others.end(), of_two);
  std::vector<Figure> tagging = tagging_figures(runs, others);
  for (Figure& figure : class_figures_of(runs, others)) tagging.push_back(std::move(figure));
  return {
      {"Results", missing_notes(runs) + results_table(runs), {}},
      {"Configuration", differences_table(runs) + start_tables(runs) + config_texts(runs), {}},
      {"Training", "", curve_figures(runs)},
      {"Reweighting", "", reweighting_figures(runs)},
      {several ? "Telling classes apart" : fmt::format("Telling {} from {}", names.signal, names.background),
       different_jets_note(runs) +
           together(tagging_table(runs, others) + class_tables(runs, others) + confusion_tables(runs)),
       tagging},
      {"The jets, step by step", "", average_figures(runs)},
      {"Surest jets", "", gallery_figures(runs)},
      {"Network", together(network_tables(runs)), filter_figures(runs)},
      {"Time and memory", resources_table(runs), resource_figures(runs)}};
}

}  // namespace jetrain
