#pragma once

/// \file
/// Taggers as the pictures of their scores draw them: each with one colour, dash and mark in all.

#include <string>
#include <vector>

#include "report/figures.hpp"

namespace jetrain {

/// A tagger as all figures draw it.
struct TaggerLine {
  const ScoredTagger* tagger;
  std::string name;
  std::size_t number;  ///< of the colour
  const char* dash;    ///< runs are drawn through
  int point;           ///< runs have filled circles
};
using TaggerLines = std::vector<TaggerLine>;

/// Of those that have a ROC curve. Runs keep the colours that they have in other pictures; the others'
/// follow.
TaggerLines tagger_lines(const ReportedRuns& runs, const std::vector<ScoredTagger>& others);

/// A ROC curve as lines of "eps_S 1/eps_B"; of points closer than a pixel, one.
std::string roc_lines(const std::vector<RocPoint>& roc);
/// Of taggers that have a ROC curve. `named`: legends name them; `note` ends the caption.
Figure roc_figure(const TaggerLines& lines, bool named, const std::string& signal, const std::string& note);
/// How the scores of each class are distributed, of taggers whose scores may be probabilities. Where taggers
/// are named, colours are theirs, and classes differ in dash alone.
Figure score_figure(const TaggerLines& lines, bool named, const ClassNames& names, const std::string& note);
/// Whether they are probabilities.
Figure calibration_figure(const TaggerLines& lines, const std::string& signal, const std::string& note);

}  // namespace jetrain
