#include "core/exact_total.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace jetrain {
namespace {

double total(const std::vector<double>& values) {
  ExactTotal sum;
  for (const double value : values) sum.add(value);
  return sum.value();
}

TEST(ExactTotal, OfOneNumberIsTheNumber) {
  EXPECT_EQ(total({}), 0.0);
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> mantissa(1.0, 2.0);
  for (int exponent = -200; exponent < 160; ++exponent) {
    const double value = std::ldexp(mantissa(random), exponent);
    EXPECT_EQ(total({value}), value);
    EXPECT_EQ(total({-value}), -value);
    EXPECT_EQ(total({value, -value}), 0.0);
  }
  EXPECT_EQ(total({0.0, -0.0, 0x1p-205, -0x1p-1070}), 0.0);
}

TEST(ExactTotal, RoundsOnceToNearestEven) {
  const double unit = 0x1p-52;
  EXPECT_EQ(total({1.0, unit / 2}), 1.0);
  EXPECT_EQ(total({1.0, unit / 2, 0x1p-200}), 1.0 + unit);
  EXPECT_EQ(total({1.0, unit / 2, -0x1p-200}), 1.0);
  EXPECT_EQ(total({1.0 + unit, unit / 2}), 1.0 + 2 * unit);
  EXPECT_EQ(total({-1.0, -unit / 2, -0x1p-200}), -1.0 - unit);
  // Of doubles added one after another, nothing of the small one is left.
  EXPECT_EQ(total({0x1p150, 3.25, -0x1p150}), 3.25);
}

TEST(ExactTotal, DoesNotDependOnTheOrderNorOnWhoAdds) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  std::vector<double> values;
  for (int i = 0; i < 20000; ++i)
    values.push_back(normal(random) * std::ldexp(1.0, static_cast<int>(random() % 200) - 100));
  const double expected = total(values);
  std::shuffle(values.begin(), values.end(), random);
  EXPECT_EQ(total(values), expected);
  ExactTotal parts[3];
  for (std::size_t i = 0; i < values.size(); ++i) parts[i % 3].add(values[i]);
  parts[1].add(parts[2]);
  for (std::size_t i = 0; i < parts[0].words().size(); ++i) parts[0].words()[i] += parts[1].words()[i];
  EXPECT_EQ(parts[0].value(), expected);
}

TEST(ExactTotal, HasRoomForAThousandMillionAddends) {
  ExactTotal many;
  many.add(std::nextafter(0x1p100, 0.0));
  for (int doubling = 0; doubling < 30; ++doubling) many.add(many);  // without any carry between
  EXPECT_EQ(many.value(), std::nextafter(0x1p100, 0.0) * 0x1p30);
}

TEST(ExactTotal, OfWholeNumbersIsTheirSum) {
  ExactTotal sum;
  std::int64_t expected = 0;
  for (std::int64_t i = -1000; i < 5000; i += 7) {
    sum.add(static_cast<double>(i * i * i));
    expected += i * i * i;
  }
  EXPECT_EQ(sum.value(), static_cast<double>(expected));
}

}  // namespace
}  // namespace jetrain
