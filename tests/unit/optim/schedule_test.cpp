#include "optim/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>

#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

TrainConfig train_config(const std::string& keys, int epochs = 10) {
  return parse_config("model: {layers: [flatten]}\ntrain: {epochs: " + std::to_string(epochs) +
                          ", optimizer: {sgd: {learning_rate: 0.1}}, " + keys + "}\n",
                      "test.yaml", {}, false)
      .train;
}

/// So many in every epoch.
EpochSteps steps_of(const TrainConfig& config, std::int64_t steps) {
  return {config, steps * config.batch_size};
}

/// The learning rate after so many of ten epochs of 20 steps each.
double rate_after(double epochs, const std::string& keys) {
  const TrainConfig config = train_config(keys);
  return LearningRate(config, steps_of(config, 20)).at(std::llround(epochs * 20), {});
}

TEST(LearningRate, StaysWithoutASchedule) {
  EXPECT_DOUBLE_EQ(rate_after(0, "schedule: constant"), 0.1);
  EXPECT_DOUBLE_EQ(rate_after(9.5, "schedule: constant"), 0.1);
}

TEST(LearningRate, FallsInSteps) {
  const char* keys = "schedule: {step: {every_epochs: 3, factor: 0.5}}";
  EXPECT_DOUBLE_EQ(rate_after(2.95, keys), 0.1);
  EXPECT_DOUBLE_EQ(rate_after(3, keys), 0.05);
  EXPECT_DOUBLE_EQ(rate_after(9, keys), 0.0125);
}

TEST(LearningRate, FallsExponentially) {
  EXPECT_DOUBLE_EQ(rate_after(2.5, "schedule: {exponential: {factor: 0.5}}"), 0.1 * std::pow(0.5, 2.5));
}

TEST(LearningRate, FollowsHalfACosine) {
  const char* keys = "schedule: {cosine: {final_factor: 0.1}}";
  EXPECT_DOUBLE_EQ(rate_after(0, keys), 0.1);
  EXPECT_NEAR(rate_after(5, keys), 0.1 * 0.55, 1e-12);
  EXPECT_NEAR(rate_after(2, keys), 0.1 * (0.1 + 0.45 * (1 + std::cos(std::numbers::pi / 5))), 1e-12);
  EXPECT_NEAR(rate_after(10, keys), 0.01, 1e-12);
  EXPECT_NEAR(rate_after(12, keys), 0.01, 1e-12);
}

// Numbers from tests/data/make_schedule_reference.py, which PyTorch and LorentzNet's log confirm.
TEST(LearningRate, FollowsTheSchedulesOfThePapersStepByStep) {
  const auto reference = nlohmann::json::parse(std::ifstream(TEST_DATA_DIR "/schedule_reference.json"));
  ASSERT_GE(reference.size(), 20U);
  for (const auto& [keys, expected] : reference.items()) {
    const TrainConfig config = train_config(keys, expected["epochs"].get<int>());
    const LearningRate rate(config, steps_of(config, expected["steps"].get<int>()));
    const auto factors = expected["factors"].get<std::vector<double>>();
    ASSERT_EQ(std::ssize(factors), config.epochs * expected["steps"].get<int>());
    for (std::size_t step = 0; step < factors.size(); ++step)
      EXPECT_NEAR(rate.at(static_cast<std::int64_t>(step), {}) / (0.1 * factors[step]), 1, 1e-12)
          << keys << " after " << step;
  }
}

TEST(LearningRate, StaysWhereItsScheduleEnds) {
  EXPECT_NEAR(rate_after(10, "schedule: {one_cycle: {up_epochs: 4, down_epochs: 4}}"), 1.667e-5, 1e-17);
  EXPECT_NEAR(rate_after(12, "schedule: {one_cycle: {up_epochs: 4, down_epochs: 4}}"), 1.667e-5, 1e-17);
  EXPECT_NEAR(rate_after(12, "schedule: {one_cycle: {up_epochs: 0, down_epochs: 10}}"), 0.01, 1e-15);
  EXPECT_NEAR(rate_after(12, "schedule: {flat_with_decay: {}}"), 0.001, 1e-15);
  EXPECT_NEAR(rate_after(12, "schedule: {flat_with_decay: {by_epoch: true}}"), 0.001, 1e-15);
  EXPECT_NEAR(rate_after(9, "schedule: {cosine_restarts: {cycles: 1, final_factor: 0.2}}"), 0.02, 1e-15);
}

TEST(LearningRate, ComesDownInTheEpochsThereAre) {
  const auto refused = [](const std::string& keys) -> std::string {
    return test::refusal_of([&] { train_config("schedule: {one_cycle: {" + keys + "}}"); });
  };
  EXPECT_EQ(
      refused("up_epochs: 8, down_epochs: 2.5"),
      "test.yaml: train.schedule.one_cycle: up_epochs 8 and down_epochs 2.5 do not fit into train.epochs "
      "10, so that the rate would not come down: shorten them, or train longer");
  EXPECT_NE(refused("up_epochs: 10, down_epochs: 0"), "");
  EXPECT_EQ(refused("up_epochs: 7.5, down_epochs: 2.5"), "");
  EXPECT_EQ(refused("up_epochs: 9.5, down_epochs: 0"), "");
}

TEST(LearningRate, RisesLinearlyInTheBeginning) {
  const char* keys = "warmup: {epochs: 2, start_factor: 0.2}";
  EXPECT_NEAR(rate_after(0, keys), 0.02, 1e-12);
  EXPECT_NEAR(rate_after(1, keys), 0.06, 1e-12);
  EXPECT_NEAR(rate_after(2, keys), 0.1, 1e-12);
}

TEST(LearningRate, ScalesWithTheGlobalBatch) {
  EXPECT_DOUBLE_EQ(rate_after(0, "batch_size: 200, lr_scaling: linear, lr_base_batch_size: 50"), 0.4);
  EXPECT_DOUBLE_EQ(rate_after(0, "batch_size: 200, lr_scaling: sqrt, lr_base_batch_size: 50"), 0.2);
  EXPECT_DOUBLE_EQ(rate_after(0, "batch_size: 200"), 0.1);
}

TEST(LearningRate, GoesByEpochsAndScalesWithTheirBatchWhereThatGrows) {
  // 1,000 samples: twenty steps an epoch, from the fifth on five.
  const std::string batches = "batch_schedule: [{from_epoch: 5, batch_size: 200}]";
  const TrainConfig config = train_config("schedule: {polynomial: {}}, lr_scaling: linear, " + batches);
  const LearningRate rate(config, {config, 1000});
  EXPECT_DOUBLE_EQ(rate.base(), 0.1);
  EXPECT_DOUBLE_EQ(rate.at(79, {}), 0.1 * (1 - 3.95 / 10));
  EXPECT_DOUBLE_EQ(rate.at(80, {}), 0.4 * (1 - 4.0 / 10));
  EXPECT_DOUBLE_EQ(rate.at(83, {}), 0.4 * (1 - 4.6 / 10));
}

TEST(LearningRate, SaysWhereATrainingEndsAmidACycle) {
  const auto cut = [](const std::string& keys, int epochs) {
    return cut_cycle(train_config("schedule: {cosine_restarts: {" + keys + "}}", epochs));
  };
  EXPECT_FALSE(cut_cycle(train_config("schedule: cosine")));
  EXPECT_FALSE(cut("", 4));
  EXPECT_FALSE(cut("", 12));
  EXPECT_FALSE(cut("cycles: 2", 20));  // at its end since epoch 12
  EXPECT_FALSE(cut("first_epochs: 0.1, growth: 1", 7));
  ASSERT_TRUE(cut("", 20));
  EXPECT_DOUBLE_EQ(cut("", 20)->begin, 12);
  EXPECT_DOUBLE_EQ(cut("", 20)->end, 28);
  EXPECT_DOUBLE_EQ(cut("", 20)->factor, 0.5);
  EXPECT_TRUE(cut("cycles: 2", 11));
  EXPECT_TRUE(cut("", 3));
  const TrainConfig warmed = train_config("schedule: {cosine_restarts: {}}, warmup: {epochs: 1}", 5);
  EXPECT_FALSE(cut_cycle(warmed));
}

TEST(LearningRate, IsReducedOnAPlateau) {
  const TrainConfig config = train_config(
      "schedule: {reduce_on_plateau: {factor: 0.5, patience: 2, min_delta: 0, min_factor: 0.3}}");
  const LearningRate rate(config, steps_of(config, 20));
  EXPECT_EQ(rate.monitored(), Monitor::val_loss);
  PlateauState plateau;
  EXPECT_FALSE(rate.after_epoch(-1.0, plateau));
  EXPECT_FALSE(rate.after_epoch(-1.1, plateau));
  EXPECT_TRUE(rate.after_epoch(-1.2, plateau));
  EXPECT_DOUBLE_EQ(rate.at(100, plateau), 0.05);
  EXPECT_FALSE(rate.after_epoch(-0.9, plateau));
  EXPECT_FALSE(rate.after_epoch(-1.0, plateau));
  EXPECT_TRUE(rate.after_epoch(std::nan(""), plateau));
  EXPECT_DOUBLE_EQ(rate.at(100, plateau), 0.03);
  EXPECT_FALSE(rate.after_epoch(-1.0, plateau));
  EXPECT_FALSE(rate.after_epoch(-1.0, plateau));  // as low as it may get
}

}  // namespace
}  // namespace jetrain
