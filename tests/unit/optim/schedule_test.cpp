#include "optim/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace jetrain {
namespace {

TrainConfig train_config(const std::string& keys) {
  return parse_config(
             "model: {layers: [flatten]}\ntrain: {epochs: 10, optimizer: {sgd: {learning_rate: 0.1}}, " +
                 keys + "}\n",
             "test.yaml", {}, false)
      .train;
}

/// The learning rate after so many of ten epochs of 20 steps each.
double rate_after(double epochs, const std::string& keys) {
  const TrainConfig config = train_config(keys);
  return LearningRate(config, 20).at(std::llround(epochs * 20), {});
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

TEST(LearningRate, IsReducedOnAPlateau) {
  const TrainConfig config = train_config(
      "schedule: {reduce_on_plateau: {factor: 0.5, patience: 2, min_delta: 0, min_factor: 0.3}}");
  const LearningRate rate(config, 20);
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
