#pragma once

/// \file
/// What `jetrain metrics` says of one tagger of more than two classes: its figures are not one line.

#include <string>
#include <vector>

#include "core/record_json.hpp"
#include "scores/score_file.hpp"
#include "statistics/figures.hpp"

namespace jetrain {

/// The scores of a file of more than two classes.
ClassScores class_scores(const ScoreSet& set);

/// Overall figures, a line a class, and the confusion matrix. `measured` as measure_class_figures gives it.
std::string class_report(const ScoreSet& set, const MeasuredFigures& measured,
                         const std::vector<double>& efficiencies);
/// The same for the file of figures: accuracy and mean AUC with errors, and a list `classes`.
Json class_report_json(const ScoreSet& set, const MeasuredFigures& measured,
                       const std::vector<double>& efficiencies);

/// "rejection_30" of 0.3.
std::string rejection_name(double efficiency);

}  // namespace jetrain
