#pragma once

/// \file
/// The figures by which taggers are compared, each with its statistical error, from scores and labels alone:
/// whoever made them. The definitions are those of metrics.hpp.
///
/// Errors are standard deviations over bootstrap replicas of the sample (Efron, "Bootstrap methods: another
/// look at the jackknife", Ann. Statist. 7 (1979)). In a replica each jet counts as often as a Poisson number
/// of mean 1 says, independent of all others (Hanley and MacGibbon, "Creating non-parametric bootstrap
/// samples using Poisson frequencies", 2006), times its weight; all figures are ratios within the replica, so
/// that its total need not be that of the sample. A jet's number follows from (seed, replica, the jet's
/// position in the file) and nothing else: the errors are the same on any number of threads, and taggers
/// scored on the same rows in the same order see the same replicas.

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/class_figures.hpp"

namespace jetrain {

struct FigureOptions {
  std::vector<double> signal_efficiencies{0.3, 0.5};  ///< where 1/eps_B is wanted
  double threshold = 0.5;                             ///< a jet is called a top where its score is above
  int replicas = 100;                                 ///< 0: no errors
  std::uint64_t seed = 1;
};

/// Accuracy, AUC, then 1/eps_B at each signal efficiency. AUC and 1/eps_B are NaN where a class is missing;
/// 1/eps_B is infinite where no background passes.
using Figures = std::vector<double>;

struct MeasuredFigures {
  Figures values;
  Figures errors;  ///< NaN: without replicas, or where a replica has no finite figure
};

/// Labels are 0 or 1, scores not NaN. By OpenMP threads, each of which needs 25 bytes a jet; the sorted jets
/// take 13, and 32 while they are sorted.
/// `weights`: how much each jet counts; empty: all 1.
MeasuredFigures measure_figures(std::span<const double> scores, std::span<const std::uint8_t> labels,
                                const FigureOptions& options, std::span<const double> weights = {});

/// The same of several classes: accuracy (the class with the largest output), the classes' mean AUC, each
/// class's AUC against the rest, then for each background, in order, 1/eps_B at each signal efficiency. The
/// threshold is not used. Needs the memory of each class's sorted jets at once.
MeasuredFigures measure_class_figures(const ClassScores& scores, const FigureOptions& options);

/// How often each jet counts in a replica.
void poisson_counts(std::uint64_t seed, std::uint32_t replica, std::span<std::uint8_t> counts);

/// Several models' figures as the literature quotes them: mean, standard deviation (of one model, n - 1) and
/// median over the models. NaN where a model's figure is not finite.
struct FigureSpread {
  Figures mean;
  Figures deviation;
  Figures median;
};
FigureSpread spread_of(std::span<const Figures> models);

}  // namespace jetrain
