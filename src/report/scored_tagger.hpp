#pragma once

/// \file
/// A tagger's scores of jets, and what follows from them, whoever made them: the best model of a run, or
/// another program that left them in a file.

#include <limits>
#include <string>
#include <vector>

#include "scores/score_file.hpp"
#include "statistics/class_figures.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {

struct ScoredTagger {
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

  std::string name;
  ScoredJets scored;                                ///< of a file: its scores rounded, for pictures alone
  Metrics metrics;                                  ///< of a file without a loss, which is NaN
  Metrics errors{0, kNaN, kNaN, kNaN, kNaN, kNaN};  ///< as `jetrain metrics` gives them; NaN: none
  std::vector<RocPoint> roc;          ///< empty unless tops and QCD, or another two classes, were told apart
  std::vector<ClassFigures> classes;  ///< of more than two classes; else empty
  bool probabilities =
      true;  ///< false: a file's scores leave [0, 1], so that only their order means anything
};

/// Of jets that a model scored. `classes`: names of more than two.
ScoredTagger scored_tagger(std::string name, ScoredJets scored, const std::vector<std::string>& classes = {});

/// Of each file, or pair of .npy files, named by its file. DataError where one does not hold jets of both
/// classes, and as read_score_files throws it. For one rank alone.
std::vector<ScoredTagger> read_taggers(const std::vector<std::string>& files, const ScoreNames& names);

}  // namespace jetrain
