#include "train/rate_sweep.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "small_training.hpp"

namespace jetrain {
namespace {

using test::SmallTraining;

TEST(RateSweep, TakesItsRatesOverAsManyEpochsAsItNeeds) {
  SmallTraining small(
      {"train.warmup.epochs=2", "train.lr_scaling=linear", "train.schedule={step: {every_epochs: 1}}"});
  const RateCurve curve = small.sweep({.from = 1e-6, .to = 1e-3, .steps = 10});
  ASSERT_EQ(curve.points.size(), 10U) << "an epoch has " << SmallTraining::kSteps << " steps";
  EXPECT_EQ(curve.end, SweepEnd::all_steps);
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    EXPECT_EQ(curve.points[i].step, static_cast<std::int64_t>(i) + 1);
    EXPECT_NEAR(std::log10(curve.points[i].learning_rate), -6 + static_cast<double>(i) / 3, 1e-9);
  }
}

TEST(RateSweep, BeginsAsTheTrainingDoes) {
  std::vector<double> losses;
  struct Steps : TrainingObserver {
    explicit Steps(std::vector<double>& to) : losses(to) {}
    void on_step(const StepEnd& step) override { losses.push_back(step.record.loss); }
    std::vector<double>& losses;
  } steps(losses);
  SmallTraining trained({"train.epochs=1", "train.optimizer={sgd: {learning_rate: 0.125}}"});
  Trainer trainer = trained.trainer();
  trainer.add(steps);
  trainer.run();
  SmallTraining swept({"train.optimizer=sgd"});
  const RateCurve curve = swept.sweep({.from = 0.125, .to = 0.125, .steps = 3});
  ASSERT_EQ(curve.points.size(), losses.size());
  for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_EQ(curve.points[i].loss, losses[i]);
}

}  // namespace
}  // namespace jetrain
