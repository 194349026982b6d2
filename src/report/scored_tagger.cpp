#include "report/scored_tagger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "jetrain/error.hpp"
#include "report/short_names.hpp"
#include "statistics/figures.hpp"

namespace jetrain {
namespace {

/// Figures as metrics; of more than two classes those that all have, accuracy and mean AUC.
Metrics without_loss(std::int64_t jets, const Figures& figures, bool several = false) {
  const double none = ScoredTagger::kNaN;
  return {jets, none, figures[0], figures[1], several ? none : figures[2], several ? none : figures[3]};
}

void require_both_classes(const ScoreSet& set) {
  const auto same = std::count(set.labels.begin(), set.labels.end(), set.labels.front());
  if (same != std::ssize(set.labels)) return;
  throw DataError(fmt::format("{}: all {} labels are {}; a ROC curve needs jets of both classes", set.name,
                              set.labels.size(), set.labels.front()));
}

/// A file's scores rounded, as a model's.
ScoredJets rounded(const ScoreSet& set) {
  ScoredJets scored;
  scored.scores.assign(set.scores.begin(), set.scores.end());
  scored.labels = set.labels;
  scored.weights.assign(set.weights.begin(), set.weights.end());
  if (set.classes.empty()) return scored;
  scored.outputs.assign(set.outputs.begin(), set.outputs.end());
  scored.classes = std::ssize(set.classes);
  scored.signal = set.signal;
  scored.predicted = predicted_classes({set.outputs, set.labels, set.weights, scored.classes, scored.signal});
  return scored;
}

ScoredTagger scored_by_file(const std::string& name, const ScoreSet& set) {
  require_both_classes(set);
  if (!set.classes.empty()) {
    ScoredTagger tagger = scored_tagger(name, rounded(set), set.classes);
    tagger.metrics.loss = ScoredTagger::kNaN;
    return tagger;
  }
  ScoredTagger tagger;
  tagger.name = name;
  tagger.scored = rounded(set);
  const MeasuredFigures figures = measure_figures(set.scores, set.labels, {}, set.weights);
  tagger.metrics = without_loss(std::ssize(set.scores), figures.values);
  tagger.errors = without_loss(0, figures.errors);
  trace_curve(ranked(set.scores, set.labels, set.weights), {}, tagger.roc);
  tagger.probabilities = !leaves_probabilities(set);
  return tagger;
}

}  // namespace

ScoredTagger scored_tagger(std::string name, ScoredJets scored, const std::vector<std::string>& classes) {
  ScoredTagger tagger;
  tagger.name = std::move(name);
  tagger.scored = std::move(scored);
  const ScoredJets& jets = tagger.scored;
  tagger.metrics = compute_metrics(jets);
  if (!jets.labelled) return tagger;
  const std::vector<double> weights(jets.weights.begin(), jets.weights.end());
  if (jets.classes > 2) {
    tagger.classes = class_figures(jets, classes);
    const std::vector<double> outputs(jets.outputs.begin(), jets.outputs.end());
    const ClassScores scores{outputs, jets.labels, weights, jets.classes, jets.signal};
    tagger.errors = without_loss(0, measure_class_figures(scores, {}).errors, true);
    return tagger;
  }
  tagger.roc = roc_curve(jets.scores, jets.labels, jets.weights);
  if (tagger.roc.empty()) return tagger;
  const std::vector<double> scores(jets.scores.begin(), jets.scores.end());
  tagger.errors = without_loss(0, measure_figures(scores, jets.labels, {}, weights).errors);
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
