#include "optim/epoch_steps.hpp"

#include <algorithm>

#include "core/checked_cast.hpp"

namespace jetrain {

EpochSteps::EpochSteps(const TrainConfig& config, std::int64_t samples)
    : stages_{{1, 0, ceil_divide(samples, config.batch_size), config.batch_size}} {
  for (const BatchChange& change : config.batch_schedule) {
    const std::int64_t before = steps_before(change.from_epoch);
    stages_.push_back(
        {change.from_epoch, before, ceil_divide(samples, change.batch_size), change.batch_size});
  }
}

std::int64_t EpochSteps::steps_before(std::int64_t epoch) const {
  const Stage& stage = stage_of(epoch);
  return stage.steps_before + (epoch - stage.first_epoch) * stage.steps;
}

std::int64_t EpochSteps::epoch_after(std::int64_t steps_done) const {
  const Stage& stage = stage_after(steps_done);
  return stage.first_epoch + (steps_done - stage.steps_before) / stage.steps;
}

double EpochSteps::epochs_after(std::int64_t steps_done) const {
  const Stage& stage = stage_after(steps_done);
  return static_cast<double>(stage.first_epoch - 1) +
         static_cast<double>(steps_done - stage.steps_before) / static_cast<double>(stage.steps);
}

const EpochSteps::Stage& EpochSteps::stage_of(std::int64_t epoch) const {
  const auto later = [&](const Stage& stage) { return stage.first_epoch <= epoch; };
  return *std::find_if(stages_.rbegin(), std::prev(stages_.rend()), later);
}

const EpochSteps::Stage& EpochSteps::stage_after(std::int64_t steps_done) const {
  const auto later = [&](const Stage& stage) { return stage.steps_before <= steps_done; };
  return *std::find_if(stages_.rbegin(), std::prev(stages_.rend()), later);
}

}  // namespace jetrain
