#pragma once

#include <cstdint>
#include <vector>

#include "config/training.hpp"

namespace jetrain {

/// How many steps each epoch has, where the global batch may change from epoch to epoch (Smith et al., ICLR
/// 2018); so, which epoch a step is of, and how many epochs so many steps are.
class EpochSteps {
 public:
  /// Of a training set of so many samples.
  EpochSteps(const TrainConfig& config, std::int64_t samples);

  /// The global batch of an epoch (from 1).
  std::int64_t batch_size(std::int64_t epoch) const { return stage_of(epoch).batch_size; }
  std::int64_t steps(std::int64_t epoch) const { return stage_of(epoch).steps; }
  /// Steps of all epochs before this one.
  std::int64_t steps_before(std::int64_t epoch) const;
  /// The epoch that the step after `steps_done` belongs to.
  std::int64_t epoch_after(std::int64_t steps_done) const;
  /// Epochs done, fractions included.
  double epochs_after(std::int64_t steps_done) const;

 private:
  /// Epochs that are alike.
  struct Stage {
    std::int64_t first_epoch = 1;
    std::int64_t steps_before = 0;
    std::int64_t steps = 1;
    std::int64_t batch_size = 1;
  };
  const Stage& stage_of(std::int64_t epoch) const;
  const Stage& stage_after(std::int64_t steps_done) const;

  std::vector<Stage> stages_;
};

}  // namespace jetrain
