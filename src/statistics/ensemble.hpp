#pragma once

/// \file
/// Several models' scores of the same jets as one tagger: the mean score, usually better than one model's.
/// How taggers and their ensembles are compared: Kasieczka et al., "The machine learning landscape of top
/// taggers", SciPost Phys. 7 (2019) 014. The models' standard deviation says of each jet how much they
/// disagree.

#include <span>
#include <vector>

#include "scores/score_file.hpp"

namespace jetrain {

struct Ensemble {
  ScoreSet mean;
  std::vector<double> deviations;  ///< of one model's score (n - 1), for each jet
};

/// Of two models or more. DataError where their jets are not the same in the same order, as far as row
/// numbers, labels and weights tell, or the signal is not the same.
Ensemble average_scores(std::span<const ScoreSet> models);

/// Writes `score`, `deviation` (float64), `label` (uint8) and, where known, `weight` (float64), `row` (int64)
/// and of more than two classes `outputs` (float64), as HDF5.
void write_ensemble(const std::string& path, const Ensemble& ensemble);

}  // namespace jetrain
