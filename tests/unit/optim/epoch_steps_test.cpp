#include "optim/epoch_steps.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

/// 100 samples: ten steps an epoch, from the third on four (the last one short), from the sixth on one.
EpochSteps growing() {
  TrainConfig config;
  config.batch_size = 10;
  config.batch_schedule = {{3, 30}, {6, 100}};
  return {config, 100};
}

TEST(EpochSteps, CountTheStepsOfEachEpoch) {
  const EpochSteps steps = growing();
  const std::vector<std::int64_t> expected{10, 10, 4, 4, 4, 1, 1};
  std::int64_t before = 0;
  for (std::int64_t epoch = 1; epoch <= std::ssize(expected); ++epoch) {
    const std::int64_t own = expected[static_cast<std::size_t>(epoch - 1)];
    EXPECT_EQ(steps.steps(epoch), own) << epoch;
    EXPECT_EQ(steps.steps_before(epoch), before) << epoch;
    for (std::int64_t step = 0; step < own; ++step) {
      EXPECT_EQ(steps.epoch_after(before + step), epoch);
      EXPECT_DOUBLE_EQ(steps.epochs_after(before + step),
                       static_cast<double>(epoch - 1) + static_cast<double>(step) / static_cast<double>(own));
    }
    before += own;
  }
  EXPECT_EQ(steps.batch_size(2), 10);
  EXPECT_EQ(steps.batch_size(3), 30);
  EXPECT_EQ(steps.batch_size(600), 100);
}

TEST(EpochSteps, AreTheSameInEveryEpochWithoutASchedule) {
  TrainConfig config;
  config.batch_size = 32;
  const EpochSteps steps(config, 100);
  EXPECT_EQ(steps.steps(1), 4);
  EXPECT_EQ(steps.steps_before(11), 40);
  EXPECT_EQ(steps.epochs_after(41), 41.0 / 4.0);
}

}  // namespace
}  // namespace jetrain
