#include "report/scored_tagger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jetrain/error.hpp"
#include "report/short_names.hpp"
#include "statistics/figures.hpp"

namespace jetrain {
namespace {

Metrics without_loss(std::int64_t jets, const Figures& figures) {
  return {jets, ScoredTagger::kNaN, figures[0], figures[1], figures[2], figures[3]};
}

ScoredTagger scored_by_file(const std::string& name, const ScoreSet& set) {
  const auto tops = std::count(set.labels.begin(), set.labels.end(), 1);
  if (tops == 0 || tops == std::ssize(set.labels)) {
    throw DataError(fmt::format("{}: all {} labels are {}; a ROC curve needs jets of both classes", set.name,
                                set.labels.size(), set.labels.front()));
  }
  ScoredTagger tagger;
  tagger.name = name;
  tagger.scored.scores.assign(set.scores.begin(), set.scores.end());
  tagger.scored.labels = set.labels;
  const MeasuredFigures figures = measure_figures(set.scores, set.labels, {});
  tagger.metrics = without_loss(std::ssize(set.scores), figures.values);
  tagger.errors = without_loss(0, figures.errors);
  trace_curve(ranked(set.scores, set.labels), {}, tagger.roc);
  tagger.probabilities = std::all_of(set.scores.begin(), set.scores.end(),
                                     [](double score) { return score >= 0 && score <= 1; });
  return tagger;
}

}  // namespace

ScoredTagger scored_tagger(std::string name, ScoredJets scored) {
  ScoredTagger tagger;
  tagger.name = std::move(name);
  tagger.scored = std::move(scored);
  tagger.metrics = compute_metrics(tagger.scored);
  if (tagger.scored.labelled) tagger.roc = roc_curve(tagger.scored.scores, tagger.scored.labels);
  if (tagger.roc.empty()) return tagger;
  const std::vector<double> scores(tagger.scored.scores.begin(), tagger.scored.scores.end());
  tagger.errors = without_loss(0, measure_figures(scores, tagger.scored.labels, {}).errors);
  return tagger;
}

std::vector<ScoredTagger> read_taggers(const std::vector<std::string>& files, const ScoreNames& names) {
  const std::vector<ScoreSet> sets = read_score_files(files, names);
  std::vector<std::string> paths;
  for (const ScoreSet& set : sets) paths.push_back(set.name);
  const std::vector<std::string> short_ones = short_names(paths);
  std::vector<ScoredTagger> taggers;
  for (std::size_t i = 0; i < sets.size(); ++i) taggers.push_back(scored_by_file(short_ones[i], sets[i]));
  return taggers;
}

}  // namespace jetrain
