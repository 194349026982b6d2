#include <fmt/format.h>

#include <algorithm>

#include "report/tagging_lines.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

ClassNames class_names(const ReportedRuns& runs) {
  const std::vector<std::string> named =
      runs.empty() ? std::vector<std::string>() : runs.front().record.config.data.classes;
  const bool alike = std::all_of(runs.begin(), runs.end(), [&](const ReportedRun& run) {
    return run.record.config.data.classes == named;
  });
  if (alike && named.size() == 2) return {named[1], named[0]};
  const bool jets = std::none_of(runs.begin(), runs.end(), [](const ReportedRun& run) {
    return labels_of(run.record.config.data) != Labels::jets;
  });
  return jets ? ClassNames{"tops", "QCD"} : ClassNames{"class 1", "class 0"};
}

std::vector<Figure> tagging_figures(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  TaggerLines lines = tagger_lines(runs, others);
  if (lines.empty()) return {};
  const ClassNames names = class_names(runs);
  const bool named = lines.size() > 1 || !others.empty();
  const char* dashed = others.empty() ? "" : " Dashed: from files, each on its own jets.";
  std::vector<Figure> figures{roc_figure(lines, named, names.signal, dashed)};
  std::string left_out;
  for (const ScoredTagger& other : others) {
    if (!other.probabilities)
      left_out += fmt::format(" Without {}: its scores are no probabilities.", other.name);
  }
  std::erase_if(lines, [](const TaggerLine& line) { return !line.tagger->probabilities; });
  if (lines.empty()) return figures;
  figures.push_back(score_figure(lines, named, names, left_out));
  figures.push_back(calibration_figure(lines, names.signal, left_out));
  return figures;
}

}  // namespace jetrain
