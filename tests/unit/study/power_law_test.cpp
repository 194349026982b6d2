#include "study/power_law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace jetrain {
namespace {

std::vector<SizedError> points_of(const PowerLaw& law, const std::vector<double>& sizes, double sigma) {
  std::vector<SizedError> points;
  for (const double jets : sizes) points.push_back({jets, law.at(jets), sigma});
  return points;
}

TEST(PowerLaw, FindsTheLawThatThePointsFollow) {
  const PowerLaw law{0.02, 3, 0.5};
  const auto points = points_of(law, {1000, 2000, 5000, 14000, 50000}, 0.001);
  const auto fit = fit_power_law(points);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->floor, 0.02, 1e-9);
  EXPECT_NEAR(fit->exponent, 0.5, 1e-9);
  const Extrapolated there = extrapolate(points, 500000);
  EXPECT_NEAR(there.error, law.at(500000), 1e-9);
  EXPECT_NEAR(there.low, there.error, 1e-9);
  EXPECT_NEAR(there.high, there.error, 1e-9);
}

TEST(PowerLaw, NeverHasANegativeFloor) {
  // Falls faster than any power law with a floor above 0.
  const std::vector<SizedError> points = {{100, 0.5, 0}, {1000, 0.2, 0}, {10000, 0.02, 0}};
  const auto fit = fit_power_law(points);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->floor, 0);
  EXPECT_GT(fit->at(100000), 0);
}

TEST(PowerLaw, OfTwoSizesHasNoFloor) {
  const auto fit = fit_power_law(points_of({0, 2, 0.3}, {100, 1000}, 0));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->floor, 0);
  EXPECT_NEAR(fit->exponent, 0.3, 1e-9);
  EXPECT_NEAR(fit->scale, 2, 1e-9);
}

TEST(PowerLaw, IsNoneOfOneSize) {
  EXPECT_FALSE(fit_power_law(std::vector<SizedError>{{100, 0.5, 0.1}, {100, 0.4, 0.1}}));
  EXPECT_TRUE(std::isnan(extrapolate(std::vector<SizedError>{{100, 0.5, 0.1}}, 1000).error));
}

/// A point of small sigma counts for more.
TEST(PowerLaw, WeighsPointsByTheirSigma) {
  const std::vector<SizedError> points = {{100, 0.5, 0.001}, {1000, 0.3, 0.1}, {10000, 0.125, 0.001}};
  const auto fit = fit_power_law(points);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->at(100), 0.5, 0.01);
  EXPECT_NEAR(fit->at(10000), 0.125, 0.01);
}

TEST(PowerLaw, SaysHowMuchOnePointDecides) {
  const std::vector<SizedError> points = {{100, 0.5, 0}, {300, 0.33, 0}, {1000, 0.2, 0}, {3000, 0.16, 0}};
  const Extrapolated there = extrapolate(points, 30000);
  EXPECT_LT(there.low, there.error);
  EXPECT_GT(there.high, there.error);
}

}  // namespace
}  // namespace jetrain
