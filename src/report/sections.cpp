#include "report/sections.hpp"

#include <fmt/format.h>

#include "report/tables.hpp"

namespace jetrain {

std::vector<PageSection> report_sections(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  const auto together = [](const std::string& tables) {
    return tables.empty() ? tables : "<div class=\"tables\">\n" + tables + "</div>\n";
  };
  const ClassNames names = class_names(runs);
  return {{"Results", missing_notes(runs) + results_table(runs), {}},
          {"Configuration", differences_table(runs) + config_texts(runs), {}},
          {"Training", "", curve_figures(runs)},
          {"Reweighting", "", reweighting_figures(runs)},
          {fmt::format("Telling {} from {}", names.signal, names.background),
           together(tagging_table(runs, others) + confusion_tables(runs)), tagging_figures(runs, others)},
          {"The jets, step by step", "", average_figures(runs)},
          {"Surest jets", "", gallery_figures(runs)},
          {"Network", together(network_tables(runs)), filter_figures(runs)},
          {"Time and memory", resources_table(runs), resource_figures(runs)}};
}

}  // namespace jetrain
