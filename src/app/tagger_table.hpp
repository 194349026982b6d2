#pragma once

#include <string>
#include <vector>

#include "core/record_json.hpp"
#include "scores/score_file.hpp"
#include "statistics/ensemble.hpp"
#include "statistics/figures.hpp"

namespace jetrain {

/// Several taggers' figures with their errors, one below the other.
struct TaggerTable {
  std::string text;                             ///< of more than two classes a table for each tagger
  std::vector<std::vector<std::string>> lines;  ///< the part that has a line a tagger, headlines first
  Json json;
};

/// `ensemble` (null: none): of the models; then also mean, spread and median over them, as papers quote them.
TaggerTable compare_taggers(const std::vector<ScoreSet>& models, const Ensemble* ensemble,
                            const FigureOptions& options);

}  // namespace jetrain
