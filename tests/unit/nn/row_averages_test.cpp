#include "nn/row_averages.hpp"

#include <gtest/gtest.h>

#include <array>

namespace jetrain {
namespace {

TEST(RowAverages, WeighLeavesByTheirRows) {
  const RowAverages averages(2, 0.75);
  std::vector<std::int64_t> words(static_cast<std::size_t>(averages.words()), 0);
  const std::array<std::array<float, 2>, 4> of_leaves{{{1, 2}, {3, 4}, {3, 6}, {5, 8}}};
  ASSERT_TRUE(averages.add(of_leaves[0].data(), of_leaves[1].data(), 10, words.data()));
  ASSERT_TRUE(averages.add(of_leaves[2].data(), of_leaves[3].data(), 30, words.data()));
  std::array<float, 4> moved{};
  averages.update(words.data(), moved.data());
  EXPECT_EQ(moved, (std::array<float, 4>{0.625, 1.25, 1.125, 1.75}));
  std::array<float, 4> anew{7, 7, 7, 7};
  averages.update(words.data(), anew.data(), true);
  EXPECT_EQ(anew, (std::array<float, 4>{2.5, 5, 4.5, 7}));
}

TEST(RowAverages, StayWhereThereWereNoRows) {
  const RowAverages averages(1, 0.75);
  const std::vector<std::int64_t> words(static_cast<std::size_t>(averages.words()), 0);
  std::array<float, 2> values{3, 4};
  averages.update(words.data(), values.data(), true);
  EXPECT_EQ(values, (std::array<float, 2>{3, 4}));
}

}  // namespace
}  // namespace jetrain
