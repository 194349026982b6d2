#include "row_kernels/wide_sum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "kernels/exact_sum.hpp"

namespace jetrain::kernels {
namespace {

using Words = std::array<std::int64_t, kWideWords>;

Words sum_of(double value, std::int64_t times) {
  Words words{};
  for (std::int64_t i = 0; i < times; ++i) EXPECT_TRUE(wide_accumulate(value, words.data()));
  return words;
}

TEST(WideSum, HoldsSmallAndLargeNumbers) {
  Words words{};
  double sum = 0;
  for (const double value : {0x1p55, -3.25, 0x1p-40, 1e12, -0x1p55}) {
    EXPECT_TRUE(wide_accumulate(value, words.data()));
    if (std::abs(value) < 0x1p50) sum += value;
  }
  EXPECT_EQ(wide_value(words.data()), sum);
}

/// A leaf's sums of an ordinary feature all leave remainders of one sign.
TEST(WideSum, DoesNotOverflowOverTheLeavesOfAWholeDataSet) {
  constexpr std::int64_t kLeaves = 131'072;
  for (const double value : {500.0, -511.5, 0x1p56 - 0x1p3 - 500})
    EXPECT_EQ(wide_value(sum_of(value, kLeaves).data()), value * static_cast<double>(kLeaves)) << value;
}

/// Word by word, as MPI adds them.
TEST(WideSum, IsTheSameHoweverItIsSharedOut) {
  constexpr std::int64_t kLeaves = 20'000;
  const Words all = sum_of(-333.125, kLeaves);
  for (const std::int64_t mine : {1, 7, 4'096, 13'000}) {
    Words sum = sum_of(-333.125, mine);
    const Words others = sum_of(-333.125, kLeaves - mine);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += others[i];
    EXPECT_EQ(sum, all);
  }
}

TEST(WideSum, RefusesWhatIsOutOfBounds) {
  for (const double value : {kWideLimit, -kWideLimit, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    Words words{3, 5, 7};
    EXPECT_FALSE(wide_accumulate(value, words.data()));
    EXPECT_EQ(words, (Words{3, 5, 7}));
  }
  Words words{};
  EXPECT_FALSE(wide_accumulate(-1e20, words.data()));
  EXPECT_EQ(refused_magnitude(), 1e20F);
}

}  // namespace
}  // namespace jetrain::kernels
