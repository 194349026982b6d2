#include "train/early_stopping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace jetrain {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// A training that is told one epoch after another.
class Course {
 public:
  explicit Course(const EarlyStoppingConfig& config, const EarlyStoppingState& state = {})
      : stopping_(config, state) {}

  /// True if the epoch is the best so far.
  bool epoch(const Metrics& validation) {
    history_.push_back({.epoch = std::ssize(history_) + 1, .validation = validation});
    return stopping_.improved(validation);
  }
  bool ends() const { return stopping_.end(history_).has_value(); }
  TrainingEnd end() const {
    return stopping_.end(history_).value_or(TrainingEnd{EndedBy::all_epochs, "not"});
  }
  const EarlyStoppingState& state() const { return stopping_.state(); }

 private:
  EarlyStopping stopping_;
  std::vector<EpochRecord> history_;
};

/// The epoch after which a run with these values of the monitored quantity ends; 0: it goes to its last.
int stops_after(const EarlyStoppingConfig& config, const std::vector<Metrics>& epochs) {
  Course course(config);
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    course.epoch(epochs[i]);
    if (course.ends()) return static_cast<int>(i) + 1;
  }
  return 0;
}
/// The same of epochs that have one value in all quantities.
int stops_after(const EarlyStoppingConfig& config, const std::vector<double>& values) {
  std::vector<Metrics> epochs;
  for (const double v : values)
    epochs.push_back({.loss = v, .accuracy = v, .auc = v, .rejection_30 = v, .rejection_50 = v});
  return stops_after(config, epochs);
}

TEST(EarlyStopping, EndsAfterPatienceEpochsWithoutImprovement) {
  EXPECT_EQ(stops_after({.patience = 2}, std::vector{0.5, 0.4, 0.45, 0.43, 0.3}), 4);
}

TEST(EarlyStopping, WaitsAnewAfterEachImprovement) {
  EXPECT_EQ(stops_after({.patience = 2}, std::vector{0.5, 0.6, 0.4, 0.5, 0.3, 0.4, 0.4}), 7);
}

TEST(EarlyStopping, WithPatienceZeroEndsAfterTheFirstEpochThatIsNotBetter) {
  EXPECT_EQ(stops_after({.patience = 0}, std::vector{0.5, 0.4, 0.45}), 3);
}

TEST(EarlyStopping, AnEqualValueIsNoImprovement) {
  EXPECT_EQ(stops_after({.patience = 1}, std::vector{0.5, 0.5}), 2);
}

TEST(EarlyStopping, AnImprovementMustExceedMinDelta) {
  EXPECT_EQ(stops_after({.patience = 1, .min_delta = 0.125}, std::vector{0.5, 0.375}), 2);
  EXPECT_EQ(stops_after({.patience = 1, .min_delta = 0.125}, std::vector{0.5, 0.25}), 0);
}

TEST(EarlyStopping, WantsLargeValuesOfAllButTheLoss) {
  for (const Monitor monitor : kValues<Monitor>) {
    if (monitor == Monitor::val_loss) continue;
    EXPECT_EQ(stops_after({.monitor = monitor, .patience = 1}, std::vector{0.5, 0.6, 0.7}), 0)
        << word_of(monitor).text;
    EXPECT_EQ(stops_after({.monitor = monitor, .patience = 1}, std::vector{0.5, 0.6, 0.6}), 3)
        << word_of(monitor).text;
  }
}

TEST(EarlyStopping, LooksAtTheValueThatItMonitors) {
  const Metrics validation{.loss = 1, .accuracy = 2, .auc = 3, .rejection_30 = 4, .rejection_50 = 5};
  std::vector<double> values;
  for (const Monitor monitor : kValues<Monitor>) values.push_back(monitored_value(monitor, validation));
  EXPECT_THAT(values, testing::ElementsAre(-1, 2, 3, 4, 5));
}

TEST(EarlyStopping, NotANumberIsNeverAnImprovement) {
  EXPECT_EQ(stops_after({.patience = 2}, std::vector{0.5, kNaN, kNaN}), 3);
  EXPECT_EQ(stops_after({.patience = 2}, std::vector{kNaN, 0.5, 0.4}), 0);
}

TEST(EarlyStopping, AnInfiniteRejectionIsTheBestThereIs) {
  Course course({.monitor = Monitor::val_rejection_30, .patience = 2});
  EXPECT_TRUE(course.epoch({.rejection_30 = 100}));
  EXPECT_TRUE(course.epoch({.rejection_30 = kInfinite}));
  EXPECT_FALSE(course.epoch({.rejection_30 = kInfinite}));
  EXPECT_FALSE(course.epoch({.rejection_30 = 1e9}));
  EXPECT_TRUE(course.ends());
}

TEST(EarlyStopping, GoesOnFromAState) {
  const EarlyStoppingConfig config{.patience = 3, .min_delta = 0.125};
  Course first(config);
  first.epoch({.loss = 0.5});
  first.epoch({.loss = 0.45});
  Course second(config, first.state());
  EXPECT_FALSE(second.epoch({.loss = 0.4}));
  EXPECT_FALSE(second.ends());
  EXPECT_FALSE(second.epoch({.loss = 0.38}));
  EXPECT_TRUE(second.ends());
  EXPECT_TRUE(second.epoch({.loss = 0.25}));
}

TEST(EarlyStopping, GoesOnFromAStateWithoutMonitorsOfTheirOwn) {
  Course course({.patience = 2}, {.choice = {-0.5, 1, false}, .waits = {}});
  EXPECT_FALSE(course.epoch({.loss = 0.6}));
  EXPECT_TRUE(course.ends());
}

TEST(EarlyStopping, SwitchedOffStillKnowsTheBestEpoch) {
  Course course({.enabled = false, .patience = 1});
  EXPECT_TRUE(course.epoch({.loss = 0.5}));
  EXPECT_FALSE(course.epoch({.loss = 0.6}));
  EXPECT_FALSE(course.epoch({.loss = 0.6}));
  EXPECT_FALSE(course.ends());
  EXPECT_TRUE(course.epoch({.loss = 0.4}));
}

/// The loss stands from epoch 1 on, the AUC from epoch 2 on.
const std::vector<Metrics> kStanding = {{.loss = 0.5, .auc = 0.6}, {.loss = 0.5, .auc = 0.7},
                                        {.loss = 0.5, .auc = 0.7}, {.loss = 0.5, .auc = 0.7},
                                        {.loss = 0.5, .auc = 0.7}, {.loss = 0.5, .auc = 0.7}};

TEST(EarlyStopping, OfSeveralMonitorsWaitsForAllOrAny) {
  EarlyStoppingConfig config{.monitors = {{Monitor::val_loss, 2}, {Monitor::val_auc, 3}}};
  EXPECT_EQ(stops_after(config, kStanding), 5);
  config.when = StopWhen::any;
  EXPECT_EQ(stops_after(config, kStanding), 3);
  config.monitors = {{Monitor::val_loss, 9}, {Monitor::val_auc, 2}};
  EXPECT_EQ(stops_after(config, kStanding), 4);
}

TEST(EarlyStopping, SaysWhichMonitorsHaveNotImproved) {
  Course course({.monitors = {{Monitor::val_auc, 1}, {Monitor::val_loss, 3}}});
  for (const Metrics& epoch : kStanding) course.epoch(epoch);
  EXPECT_EQ(course.end().by, EndedBy::not_improved);
  EXPECT_EQ(
      course.end().why,
      "val_auc has not improved for 4 epochs (0.7000 in epoch 2), val_loss has not improved for 5 epochs "
      "(0.5000 in epoch 1)");
}

TEST(EarlyStopping, OfSeveralMonitorsTheFirstChoosesTheBestEpoch) {
  Course course({.monitors = {{Monitor::val_auc, 1, 0.25}, {Monitor::val_loss, 1}}});
  EXPECT_TRUE(course.epoch({.loss = 0.5, .auc = 0.5}));
  EXPECT_FALSE(course.epoch({.loss = 0.1, .auc = 0.75}));
  EXPECT_TRUE(course.epoch({.loss = 0.9, .auc = 0.875}));
}

TEST(EarlyStopping, ChoosesTheBestEpochByAnotherValueThanItWaitsFor) {
  Course course({.patience = 2, .min_delta = 0.25, .best = Monitor::val_rejection_50});
  EXPECT_TRUE(course.epoch({.loss = 0.5, .rejection_50 = 10}));
  EXPECT_FALSE(course.epoch({.loss = 0.1, .rejection_50 = 9}));
  EXPECT_TRUE(course.epoch({.loss = 0.2, .rejection_50 = 10.01}));
  EXPECT_FALSE(course.ends());
  EXPECT_TRUE(course.epoch({.loss = 0.3, .rejection_50 = 12}));
  EXPECT_TRUE(course.ends());
}

TEST(EarlyStopping, DoesNotEndBeforeMinEpochs) {
  EXPECT_EQ(stops_after({.patience = 1, .min_epochs = 4}, std::vector{0.5, 0.6, 0.6, 0.6, 0.6}), 4);
  EXPECT_EQ(stops_after({.min_epochs = 3, .reached = {Monitor::val_auc, 0.5}}, std::vector{0.6, 0.4, 0.3}),
            3);
  EXPECT_EQ(
      stops_after({.min_epochs = 2, .hopeless = {Monitor::val_auc, 0.9, 1}}, std::vector{0.6, 0.5, 0.4}), 2);
}

TEST(EarlyStopping, EndsWhereAValueIsReached) {
  const EarlyStoppingConfig auc{.enabled = false, .reached = {Monitor::val_auc, 0.75}};
  EXPECT_EQ(stops_after(auc, std::vector{0.5, 0.74, 0.75, 0.8}), 3);
  EXPECT_EQ(stops_after(auc, std::vector{0.5, kNaN, 0.74}), 0);
  const EarlyStoppingConfig loss{.enabled = false, .reached = {Monitor::val_loss, 0.25}};
  EXPECT_EQ(stops_after(loss, std::vector{0.5, 0.26, 0.25, 0.1}), 3);
  EXPECT_EQ(stops_after({.enabled = false, .reached = {Monitor::val_rejection_30, 1e6}},
                        std::vector{9.0, kInfinite}),
            2);
  Course course(loss);
  course.epoch({.loss = 0.5});
  course.epoch({.loss = 0.125});
  EXPECT_EQ(course.end().by, EndedBy::reached);
  EXPECT_EQ(course.end().why, "val_loss has reached 0.25: 0.1250 in epoch 2");
}

TEST(EarlyStopping, EndsWhereAValueIsNotReachedInTime) {
  const EarlyStoppingConfig auc{.enabled = false, .hopeless = {Monitor::val_auc, 0.75, 3}};
  EXPECT_EQ(stops_after(auc, std::vector{0.5, 0.6, 0.74, 0.8}), 3);
  EXPECT_EQ(stops_after(auc, std::vector{0.5, 0.75, 0.3, 0.2, 0.1}), 0) << "it was reached once";
  EXPECT_EQ(stops_after(auc, std::vector{kNaN, kNaN, kNaN}), 3);
  EXPECT_EQ(stops_after({.enabled = false, .hopeless = {Monitor::val_loss, 0.25, 2}}, std::vector{0.5, 0.26}),
            2);
  Course course(auc);
  for (const double value : {0.5, 0.625, 0.6}) course.epoch({.auc = value});
  EXPECT_EQ(course.end().by, EndedBy::hopeless);
  EXPECT_EQ(course.end().why, "val_auc has not come to 0.75 in 3 epochs: its best is 0.6250 in epoch 2");
}

}  // namespace
}  // namespace jetrain
