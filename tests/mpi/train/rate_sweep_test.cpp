#include "train/rate_sweep.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "small_training.hpp"

namespace jetrain {
namespace {

auto numbers(const std::vector<RatePoint>& points) {
  std::vector<std::tuple<std::int64_t, double, double, double>> all;
  for (const RatePoint& p : points) all.emplace_back(p.step, p.learning_rate, p.loss, p.smoothed);
  return all;
}

TEST(RateSweep, GivesTheSameBitsOnAnyNumberOfRanks) {
  const RateSweep sweep{.from = 1e-4, .to = 1, .steps = 20, .smoothing = 2};
  test::SmallTraining alone;
  test::SmallTraining together({}, Communicator::world());
  const RateCurve expected = alone.sweep(sweep);
  const RateCurve curve = together.sweep(sweep);
  EXPECT_EQ(numbers(curve.points), numbers(expected.points));
  EXPECT_EQ(curve.end, expected.end);
}

TEST(RateSweep, EndsOnAllRanksWhereTheGradientsLeaveTheirRange) {
  test::SmallTraining together({"model.layers.2.dense.activation=linear", "model.layers.2.dense.units=1",
                                "train.loss=mean_squared_error", "train.optimizer={sgd: {}}"},
                               Communicator::world());
  const RateCurve curve = together.sweep({.from = 1, .to = 1e30, .steps = 100, .smoothing = 50});
  EXPECT_NE(curve.end, SweepEnd::all_steps);
  EXPECT_LT(std::ssize(curve.points), 100);
}

}  // namespace
}  // namespace jetrain
