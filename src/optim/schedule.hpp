#pragma once

/// \file
/// The learning rate of each step.

#include <limits>
#include <optional>

#include "config/config.hpp"
#include "core/record.hpp"
#include "optim/epoch_steps.hpp"

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

/// A training that ends within a cycle of cosine_restarts, at a rate that has not come down. In epochs.
struct CutCycle {
  double begin = 0;   ///< of the cycle
  double end = 0;     ///< where the rate would have come down
  double factor = 1;  ///< the schedule's where the training ends
};

/// None where the last epoch ends a cycle, or where there are none.
std::optional<CutCycle> cut_cycle(const TrainConfig& config);

/// lr(step) = optimizer's * scaling by the epoch's global batch * warm-up * schedule; where
/// train.average.equal sets a rate, from its epoch on that one. A function of the step's number, and, for
/// reduce_on_plateau, of its state.
class LearningRate {
 public:
  LearningRate(const TrainConfig& config, const EpochSteps& steps);

  /// Of the step after `steps_done`, counted over all epochs.
  double at(std::int64_t steps_done, const PlateauState& plateau) const;
  /// After scaling with the first epoch's batch, before warm-up and schedule.
  double base() const { return base_of(1); }

  const EpochSteps& steps() const noexcept { return steps_; }

  /// Takes an epoch's validation (the monitored value, larger is better); true where it lowers the rate.
  bool after_epoch(double value, PlateauState& plateau) const;
  /// What reduce_on_plateau waits for; with another schedule no value is looked at.
  Monitor monitored() const;

 private:
  double base_of(std::int64_t epoch) const;
  /// What warm-up and schedule make of `base`.
  double scheduled(double epochs, double base, const PlateauState& plateau) const;

  const TrainConfig& config_;
  EpochSteps steps_;
};

}  // namespace jetrain
