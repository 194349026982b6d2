#include "jetrain/data/epoch_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "jetrain/data/permutation.hpp"

namespace jetrain {
namespace {

bool is_permutation_of_all(std::vector<std::uint32_t> order, std::int64_t samples) {
  if (std::ssize(order) != samples) return false;
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != i) return false;
  }
  return true;
}

TEST(EpochOrder, VisitsEverySampleOnceInEveryMode) {
  for (const char* shuffle : {"global", "local", "none"}) {
    for (const std::int64_t samples : {1, 5, 100, 1001}) {
      for (const std::int64_t batch_size : {1, 17, 50, 2000}) {
        const BatchPlan plan{samples, batch_size, 3};
        const std::vector<std::int64_t> begins{0, samples / 2, samples / 2, samples};
        EXPECT_TRUE(is_permutation_of_all(epoch_order(shuffle, 1, 2, plan, begins), samples))
            << shuffle << " " << samples << " " << batch_size;
      }
    }
  }
}

TEST(EpochOrder, GlobalIsAFunctionOfSeedAndEpochAlone) {
  const BatchPlan one{1000, 50, 1};
  const BatchPlan other{1000, 77, 3};
  const auto order = epoch_order("global", 1, 2, one, {0, 1000});
  EXPECT_EQ(order, epoch_order("global", 1, 2, other, {0, 10, 500, 1000}));
  EXPECT_NE(order, epoch_order("global", 2, 2, one, {0, 1000}));
  EXPECT_NE(order, epoch_order("global", 1, 3, one, {0, 1000}));
}

TEST(EpochOrder, NoneIsFileOrder) {
  std::vector<std::uint32_t> expected(100);
  std::iota(expected.begin(), expected.end(), 0U);
  EXPECT_EQ(epoch_order("none", 1, 2, {100, 7, 2}, {0, 40, 100}), expected);
}

TEST(EpochOrder, LocalShufflesAndMovesNextToNothing) {
  const BatchPlan plan{3000, 96, 3};
  const std::vector<std::int64_t> begins{0, 1000, 2000, 3000};
  const auto order = epoch_order("local", 1, 2, plan, begins);
  std::int64_t moved = 0;
  std::int64_t in_file_order = 0;
  for (std::int64_t b = 0; b < plan.batches(); ++b) {
    for (int rank = 0; rank < 3; ++rank) {
      const Positions part = plan.part(b, rank);
      for (std::int64_t p = part.first; p < part.last; ++p) {
        const std::uint32_t sample = order[static_cast<std::size_t>(p)];
        if (sample / 1000 != static_cast<std::uint32_t>(rank)) ++moved;
        if (p > 0 && sample == order[static_cast<std::size_t>(p) - 1] + 1) ++in_file_order;
      }
    }
  }
  EXPECT_LT(moved, 100);
  EXPECT_LT(in_file_order, 20);
  EXPECT_NE(order, epoch_order("local", 1, 3, plan, begins));
}

TEST(RandomPermutation, IsUniform) {
  int counts[6] = {};
  for (std::uint32_t epoch = 0; epoch < 6000; ++epoch) {
    const auto order = random_permutation(3, 1, Purpose::epoch_order, epoch);
    ++counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
}

TEST(RandomPermutation, RefusesMoreThanItsNumbersHold) {
  EXPECT_THROW(random_permutation(std::int64_t{1} << 33, 1, Purpose::split, 0), std::overflow_error);
  EXPECT_TRUE(random_permutation(0, 1, Purpose::split, 0).empty());
}

}  // namespace
}  // namespace jetrain
