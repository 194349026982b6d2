#pragma once

/// \file
/// The learning rate of each step.

#include <limits>

#include "config/config.hpp"
#include "core/record.hpp"

namespace jetrain {

/// What reduce_on_plateau remembers from epoch to epoch.
struct PlateauState {
  double best = -std::numeric_limits<double>::infinity();  ///< larger is better
  std::int64_t waited = 0;                                 ///< epochs since
  double factor = 1;                                       ///< reached so far

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("best", s.best);
    visit("waited", s.waited);
    visit("factor", s.factor);
  }
};

/// lr(step) = optimizer's * scaling by the global batch * warm-up * schedule. A function of the step's
/// number, and, for reduce_on_plateau, of its state.
class LearningRate {
 public:
  LearningRate(const TrainConfig& config, std::int64_t steps_per_epoch);

  /// Of the step after `steps_done`, counted over all epochs.
  double at(std::int64_t steps_done, const PlateauState& plateau) const;
  /// After scaling with the batch, before warm-up and schedule.
  double base() const { return base_; }

  /// Takes an epoch's validation (the monitored value, larger is better); true where it lowers the rate.
  bool after_epoch(double value, PlateauState& plateau) const;
  /// What reduce_on_plateau waits for; with another schedule no value is looked at.
  Monitor monitored() const;

 private:
  const TrainConfig& config_;
  double steps_per_epoch_;
  double base_;
};

}  // namespace jetrain
