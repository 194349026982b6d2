#include "core/order_statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace jetrain {
namespace {

TEST(Median, IsTheValueInTheMiddle) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({7}), 7);
  for (const OfTwo of_two : {OfTwo::mean, OfTwo::lower, OfTwo::upper})
    EXPECT_EQ(median({9, 1, 5}, of_two), 5);
}

TEST(Median, OfAnEvenNumberIsAskedFor) {
  EXPECT_EQ(median({4, 1, 2, 9}), 3);
  EXPECT_EQ(median({4, 1, 2, 9}, OfTwo::lower), 2);
  EXPECT_EQ(median({4, 1, 2, 9}, OfTwo::upper), 4);
}

TEST(Deviation, IsOfOneValue) {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_EQ(mean(values), 5);
  EXPECT_DOUBLE_EQ(deviation(values), std::sqrt(32.0 / 7));
}

TEST(Deviation, NeedsTwoValues) {
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(deviation({})));
  EXPECT_TRUE(std::isnan(deviation(std::vector<double>{1})));
  EXPECT_EQ(deviation(std::vector<double>{1, 1}), 0);
}

}  // namespace
}  // namespace jetrain
