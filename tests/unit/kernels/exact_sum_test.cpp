#include "kernels/exact_sum.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "leaf.hpp"

namespace jetrain::kernels {
namespace {

using Sums = std::vector<std::int64_t>;

/// Numbers of all magnitudes and signs, below 2^10.
std::vector<float> many_magnitudes(std::size_t size) {
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> mantissa(-1.0F, 1.0F);
  std::uniform_int_distribution<int> exponent(-60, 10);
  std::vector<float> values(size);
  for (float& value : values) value = std::ldexp(mantissa(engine), exponent(engine));
  return values;
}

TEST(ExactSum, DoesNotDependOnTheOrder) {
  std::vector<float> values = many_magnitudes(1000);
  const float limit = exact_sum_limit(1000);
  const auto total = [&] {
    std::int64_t sum = 0;
    for (const float value : values) EXPECT_TRUE(exact_accumulate({&value, 1}, limit, {&sum, 1}));
    return sum;
  };
  const std::int64_t expected = total();
  std::mt19937 engine(1);
  for (int order = 0; order < 10; ++order) {
    std::shuffle(values.begin(), values.end(), engine);
    EXPECT_EQ(total(), expected);
  }
}

TEST(ExactSum, EqualsReferenceForAllLengthsAndAlignments) {
  const std::vector<float> values = many_magnitudes(300);
  const float limit = exact_sum_limit(2);
  for (std::size_t first = 0; first < 3; ++first) {
    for (std::size_t length = 0; length < 100; ++length) {
      const std::span<const float> part(values.data() + first, length);
      Sums sums(length, 12345);
      Sums expected = sums;
      EXPECT_TRUE(exact_accumulate(part, limit, sums));
      EXPECT_TRUE(reference::exact_accumulate(part, limit, expected));
      EXPECT_EQ(sums, expected);
    }
  }
}

TEST(ExactSum, EqualsReferenceNearTheLimit) {
  const std::vector<float> values = many_magnitudes(4096);
  std::vector<float> large;
  for (const float value : values) large.push_back(value * 0x1.ffffp12F);
  Sums sums(large.size());
  Sums expected = sums;
  EXPECT_TRUE(exact_accumulate(large, exact_sum_limit(1), sums));
  EXPECT_TRUE(reference::exact_accumulate(large, exact_sum_limit(1), expected));
  EXPECT_EQ(sums, expected);
}

TEST(ExactSum, RoundsToTheNearestAndTiesToEven) {
  const std::vector<std::pair<double, std::int64_t>> units = {{0.0, 0},
                                                              {-0.0, 0},
                                                              {0.5, 0},
                                                              {1.5, 2},
                                                              {2.5, 2},
                                                              {-0.5, 0},
                                                              {-1.5, -2},
                                                              {-2.5, -2},
                                                              {0.75, 1},
                                                              {0.25, 0},
                                                              {-0.75, -1},
                                                              {4194303.5, 4194304},
                                                              {4194304.5, 4194304},
                                                              {4194305.5, 4194306},
                                                              {8388607.5, 8388608},
                                                              {8388609.0, 8388609},
                                                              {-8388606.5, -8388606}};
  // Once in the vector part, once in the tail.
  for (const std::size_t copies : {std::size_t{1}, std::size_t{16}}) {
    for (const auto& [value, expected] : units) {
      const std::vector<float> values(copies, static_cast<float>(value * kExactUnit));
      Sums sums(copies);
      EXPECT_TRUE(exact_accumulate(values, 1.0F, sums));
      EXPECT_EQ(sums, Sums(copies, expected)) << value;
      std::int64_t sum = 0;
      EXPECT_TRUE(exact_accumulate(value * kExactUnit, 1.0, sum));
      EXPECT_EQ(sum, expected) << value;
    }
  }
}

TEST(ExactSum, ReportsWhatIsNotFiniteOrNotBelowTheLimit) {
  const float limit = 4.0F;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                          4.0F, -4.0F, 1e38F}) {
    for (std::size_t at = 0; at < 37; ++at) {
      std::vector<float> values(37, std::nextafter(limit, 0.0F));
      Sums sums(values.size());
      EXPECT_TRUE(exact_accumulate(values, limit, sums));
      values[at] = bad;
      EXPECT_FALSE(exact_accumulate(values, limit, sums)) << bad << " at " << at;
      EXPECT_FALSE(reference::exact_accumulate(values, limit, sums));
    }
    std::int64_t sum = 0;
    EXPECT_FALSE(exact_accumulate(static_cast<double>(bad), limit, sum)) << bad;
    EXPECT_EQ(sum, 0);
  }
}

TEST(ExactSum, CannotOverflowBelowTheLimit) {
  for (const std::int64_t addends : {1, 2, 3, 7, 1000, 4096, 1000003}) {
    const float limit = exact_sum_limit(addends);
    for (const double largest : {static_cast<double>(std::nextafter(limit, 0.0F)),
                                 std::nextafter(static_cast<double>(limit), 0.0)}) {
      std::int64_t one = 0;
      EXPECT_TRUE(exact_accumulate(largest, limit, one));
      std::int64_t sum = 0;
      EXPECT_FALSE(__builtin_mul_overflow(one, addends, &sum)) << addends;
      EXPECT_GT(exact_value(sum), 0.99 * 0x1p23);
    }
  }
}

}  // namespace
}  // namespace jetrain::kernels
