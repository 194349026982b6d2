#pragma once

/// \file
/// How well each of several classes is told from the others: of more than two, where one ROC curve is not
/// enough. A class is told from all others by its own output, p_k (one against the rest); the signal S is
/// told from one background B, among the jets of these two alone, by p_S / (p_S + p_B), the discriminant of
/// Qu, Li and Qian, "Particle Transformer for jet tagging" (2022), eq. 5.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/record.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {

/// Of one class: what result.json and evaluate say of it.
struct ClassFigures {
  std::string name;
  std::int64_t jets = 0;
  double auc = 0;           ///< against all others; NaN where there are no jets of it, or of no other
  double rejection_30 = 0;  ///< of the signal against this class; NaN of the signal itself
  double rejection_50 = 0;
  std::vector<double> called;  ///< its jets (their weights) by the class that the network calls them

  template <class Self, class Visitor>
  static void fields(Self& c, Visitor& visit) {
    visit("name", c.name);
    visit("jets", c.jets);
    visit("auc", c.auc);
    visit("rejection_30", c.rejection_30);
    visit("rejection_50", c.rejection_50);
    visit("called", c.called);
  }
};

/// p_S / (p_S + p_B); 1/2 where both are 0.
double discriminant(double signal, double background) noexcept;

/// Scores of `classes` classes: outputs (jets, classes), which each jet's class is called by, the largest one
/// (the lowest class where some are equal).
struct ClassScores {
  std::span<const double> outputs;
  std::span<const std::uint8_t> labels;
  std::span<const double> weights;  ///< empty: all 1
  std::int64_t classes = 0;
  std::int64_t signal = 0;

  double output(std::size_t jet, std::int64_t class_index) const {
    return outputs[jet * static_cast<std::size_t>(classes) + static_cast<std::size_t>(class_index)];
  }
};
std::vector<std::uint8_t> predicted_classes(const ClassScores& scores);

/// All jets, by the output of one class: those of the class have label 1.
RankedJets class_and_rest(const ClassScores& scores, std::int64_t class_index);
/// The signal's jets (label 1) and those of one background, by the discriminant; `positions` are places
/// among all jets.
RankedJets signal_and_background(const ClassScores& scores, std::int64_t background);

/// Of each class; names as many as there are classes. By OpenMP threads.
std::vector<ClassFigures> class_figures(const ScoredJets& scored, const std::vector<std::string>& names);

/// What of that goes into a line: the classes' mean AUC, over those that have one, and the signal's smallest
/// 1/eps_B. NaN where there is none.
struct ClassSummary {
  double auc = 0;
  double rejection_30 = 0;
  double rejection_50 = 0;
};
ClassSummary summary_of(const ScoredJets& scored);
ClassSummary summary_of(const std::vector<ClassFigures>& classes);

}  // namespace jetrain
