#include "train/rate_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace jetrain {
namespace {

/// 201 points from 1e-6 to 1, 25 a power of ten with some over, whose loss is of the rate's power of ten.
std::vector<RatePoint> points_of(const std::function<double(double, std::int64_t)>& loss) {
  std::vector<RatePoint> points;
  for (std::int64_t i = 0; i <= 200; ++i) {
    const double power = -6 + 6 * static_cast<double>(i) / 200;
    points.push_back({i + 1, std::pow(10, power), loss(power, i), 0});
  }
  return points;
}
std::vector<RatePoint> smoothed(std::vector<RatePoint> points, std::int64_t smoothing) {
  smooth(points, smoothing);
  return points;
}

TEST(RateCurve, IsSmoothedByAsManyPointsOnEitherSide) {
  std::vector<RatePoint> points;
  for (const double loss : {1.0, 4.0, 1.0, 7.0, std::nan(""), 1.0}) points.push_back({0, 0, loss, 0});
  smooth(points, 2);
  std::vector<double> means;
  for (const RatePoint& p : points) means.push_back(p.smoothed);
  EXPECT_EQ(means, (std::vector{1.0, 2.0, 3.25, 3.25, 4.0, 1.0}));
  smooth(points, 0);
  EXPECT_EQ(points[3].smoothed, 7);
}

/// A cosine's fall between 1e-4 and 1e-2: steepest half-way, lowest at its end; then it rises.
double valley(double power, std::int64_t) {
  if (power < -4) return 1;
  return power < -2 ? 0.6 + 0.4 * std::cos(3.14159265 * (power + 4) / 2) : 0.2 + (power + 2);
}

TEST(RateCurve, SuggestsATenthOfItsLowestPoint) {
  for (const std::int64_t smoothing : {0, 1, 5, 10}) {
    const RateSuggestion found = suggestion_of(smoothed(points_of(valley), smoothing), smoothing);
    EXPECT_NEAR(std::log10(found.steepest), -3, 0.1) << smoothing;
    EXPECT_NEAR(std::log10(found.lowest), -2, 0.2) << smoothing;
    EXPECT_DOUBLE_EQ(found.suggested, found.lowest / 10);
    EXPECT_FALSE(found.falls_at_start || found.falls_at_end);
  }
}

TEST(RateCurve, SuggestsNothingWhereOnlyChanceMovesIt) {
  const auto noise = [](double, std::int64_t i) {
    return 0.7 + 0.05 * std::sin(1000.0 * static_cast<double>(i * i));
  };
  EXPECT_TRUE(std::isnan(suggestion_of(smoothed(points_of(noise), 5), 5).suggested));
  const auto rising = [](double power, std::int64_t) { return 10 + power; };
  EXPECT_TRUE(std::isnan(suggestion_of(smoothed(points_of(rising), 5), 5).suggested));
  EXPECT_TRUE(std::isnan(suggestion_of({}, 5).suggested));
}

TEST(RateCurve, SaysWhereItFallsAtItsEnds) {
  const auto falls = [](double power, std::int64_t) { return std::pow(10, -power / 4); };  // less and less
  const RateSuggestion found = suggestion_of(smoothed(points_of(falls), 5), 5);
  EXPECT_TRUE(found.falls_at_start);
  EXPECT_TRUE(found.falls_at_end);
}

/// The number of losses that are taken before it explodes; 0: it does not.
int explodes_at(std::int64_t smoothing, const std::vector<double>& losses) {
  Explosion explosion(smoothing);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (explosion.takes(losses[i])) return static_cast<int>(i) + 1;
  }
  return 0;
}

TEST(RateCurve, ExplodesWhereItsMeanIsFourTimesItsLowest) {
  EXPECT_EQ(explodes_at(0, {1, 0.5, 2, 2.1}), 4);
  EXPECT_EQ(explodes_at(2, {1, 1, 6.9, 1, 1}), 0) << "one batch does not decide";
  EXPECT_EQ(explodes_at(2, {1, 1, 6.9, 1.2}), 4);
  EXPECT_EQ(explodes_at(3, {1, std::nan(""), std::numeric_limits<double>::infinity()}), 3);
}

}  // namespace
}  // namespace jetrain
