#include "train/early_stopping.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

/// The epoch after which a run with these values of the monitored quantity ends; 0: it goes to its last.
int stops_after(const EarlyStoppingConfig& config, const std::vector<double>& values) {
  EarlyStopping stopping(config);
  for (std::size_t i = 0; i < values.size(); ++i) {
    stopping.improved({.loss = values[i], .accuracy = values[i], .auc = values[i]});
    if (stopping.should_stop()) return static_cast<int>(i) + 1;
  }
  return 0;
}

TEST(EarlyStopping, EndsAfterPatienceEpochsWithoutImprovement) {
  EXPECT_EQ(stops_after({.patience = 2}, {0.5, 0.4, 0.45, 0.43, 0.3}), 4);
}

TEST(EarlyStopping, WaitsAnewAfterEachImprovement) {
  EXPECT_EQ(stops_after({.patience = 2}, {0.5, 0.6, 0.4, 0.5, 0.3, 0.4, 0.4}), 7);
}

TEST(EarlyStopping, WithPatienceZeroEndsAfterTheFirstEpochThatIsNotBetter) {
  EXPECT_EQ(stops_after({.patience = 0}, {0.5, 0.4, 0.45}), 3);
}

TEST(EarlyStopping, AnEqualValueIsNoImprovement) {
  EXPECT_EQ(stops_after({.patience = 1}, {0.5, 0.5}), 2);
}

TEST(EarlyStopping, AnImprovementMustExceedMinDelta) {
  EXPECT_EQ(stops_after({.patience = 1, .min_delta = 0.125}, {0.5, 0.375}), 2);
  EXPECT_EQ(stops_after({.patience = 1, .min_delta = 0.125}, {0.5, 0.25}), 0);
}

TEST(EarlyStopping, WantsLargeAccuraciesAndAreas) {
  for (const Monitor monitor : {Monitor::val_accuracy, Monitor::val_auc}) {
    EXPECT_EQ(stops_after({.monitor = monitor, .patience = 1}, {0.5, 0.6, 0.7}), 0) << word_of(monitor).text;
    EXPECT_EQ(stops_after({.monitor = monitor, .patience = 1}, {0.5, 0.6, 0.6}), 3) << word_of(monitor).text;
  }
}

TEST(EarlyStopping, NotANumberIsNeverAnImprovement) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(stops_after({.patience = 2}, {0.5, nan, nan}), 3);
  EXPECT_EQ(stops_after({.patience = 2}, {nan, 0.5, 0.4}), 0);
}

TEST(EarlyStopping, GoesOnFromAState) {
  const EarlyStoppingConfig config{.patience = 3, .min_delta = 0.125};
  EarlyStopping first(config);
  first.improved({.loss = 0.5});
  first.improved({.loss = 0.45});
  EarlyStopping second(config, first.state());
  EXPECT_FALSE(second.improved({.loss = 0.4}));
  EXPECT_FALSE(second.should_stop());
  EXPECT_FALSE(second.improved({.loss = 0.38}));
  EXPECT_TRUE(second.should_stop());
  EXPECT_TRUE(second.improved({.loss = 0.25}));
}

TEST(EarlyStopping, SwitchedOffStillKnowsTheBestEpoch) {
  EarlyStopping stopping({.enabled = false, .patience = 1});
  EXPECT_TRUE(stopping.improved({.loss = 0.5}));
  EXPECT_FALSE(stopping.improved({.loss = 0.6}));
  EXPECT_FALSE(stopping.improved({.loss = 0.6}));
  EXPECT_FALSE(stopping.should_stop());
  EXPECT_TRUE(stopping.improved({.loss = 0.4}));
}

}  // namespace
}  // namespace jetrain
