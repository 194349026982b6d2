#include "batches/epoch_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/permutation.hpp"

namespace jetrain {
namespace {

/// All samples of an order, which its reverse must match.
std::vector<std::uint32_t> written_down(const EpochOrder& order, std::int64_t samples) {
  std::vector<std::uint32_t> all;
  for (std::int64_t p = 0; p < samples; ++p) {
    all.push_back(order.sample_at(p));
    EXPECT_EQ(order.position_of(all.back()), p);
  }
  return all;
}

std::vector<std::uint32_t> epoch_order(Shuffle shuffle, std::uint64_t seed, std::uint32_t epoch,
                                       const BatchPlan& plan, const std::vector<std::int64_t>& begins) {
  return written_down(EpochOrder(shuffle, seed, epoch, plan, begins), plan.samples);
}

bool is_permutation_of_all(std::vector<std::uint32_t> order, std::int64_t samples) {
  if (std::ssize(order) != samples) return false;
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != i) return false;
  }
  return true;
}

TEST(EpochOrder, VisitsEverySampleOnceInEveryMode) {
  for (const Shuffle shuffle : kValues<Shuffle>) {
    for (const std::int64_t samples : {1, 5, 100, 1001}) {
      for (const std::int64_t batch_size : {1, 17, 50, 2000}) {
        const BatchPlan plan{samples, batch_size, 3};
        const std::vector<std::int64_t> begins{0, samples / 2, samples / 2, samples};
        EXPECT_TRUE(is_permutation_of_all(epoch_order(shuffle, 1, 2, plan, begins), samples))
            << word_of(shuffle).text << " " << samples << " " << batch_size;
      }
    }
  }
}

TEST(EpochOrder, GlobalIsAFunctionOfSeedAndEpochAlone) {
  const BatchPlan one{1000, 50, 1};
  const BatchPlan other{1000, 77, 3};
  const auto order = epoch_order(Shuffle::global, 1, 2, one, {0, 1000});
  EXPECT_EQ(order, epoch_order(Shuffle::global, 1, 2, other, {0, 10, 500, 1000}));
  EXPECT_NE(order, epoch_order(Shuffle::global, 2, 2, one, {0, 1000}));
  EXPECT_NE(order, epoch_order(Shuffle::global, 1, 3, one, {0, 1000}));
}

TEST(EpochOrder, NoneIsFileOrder) {
  std::vector<std::uint32_t> expected(100);
  std::iota(expected.begin(), expected.end(), 0U);
  EXPECT_EQ(epoch_order(Shuffle::none, 1, 2, {100, 7, 2}, {0, 40, 100}), expected);
}

TEST(EpochOrder, LocalShufflesAndMovesNextToNothing) {
  const BatchPlan plan{3000, 96, 3};
  const std::vector<std::int64_t> begins{0, 1000, 2000, 3000};
  const auto order = epoch_order(Shuffle::local, 1, 2, plan, begins);
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
  EXPECT_NE(order, epoch_order(Shuffle::local, 1, 3, plan, begins));
}

TEST(RandomPermutation, IsUniform) {
  int counts[6] = {};
  for (std::uint32_t epoch = 0; epoch < 6000; ++epoch) {
    const auto order = random_permutation(3, 1, Purpose::epoch_order, epoch);
    ++counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
}

TEST(IndexedPermutation, IsUniformWhereItCanBeCounted) {
  std::map<std::vector<std::uint32_t>, int> counts;
  for (std::uint32_t epoch = 0; epoch < 24000; ++epoch) {
    const IndexedPermutation permutation(4, 1, Purpose::epoch_order, epoch);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < 4; ++i) order.push_back(permutation.at(i));
    ++counts[order];
  }
  ASSERT_EQ(counts.size(), 24U);
  double chi_squared = 0;
  for (const auto& [order, count] : counts) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_LT(chi_squared, 49.7);  // 23 degrees of freedom: exceeded by chance once in a thousand
}

// Neighbours in the file (blocks of one class) must not stay near one another, nor go where their place in
// the file tells.
TEST(IndexedPermutation, ScattersNeighbours) {
  constexpr std::int64_t kSamples = 100000;
  const IndexedPermutation permutation(kSamples, 3, Purpose::epoch_order, 1);
  const double n = kSamples;
  double correlation = 0;  // of a position and its sample
  double neighbours = 0;   // of one sample and the next
  std::int64_t same_thousand = 0;
  for (std::uint32_t p = 0; p + 1 < kSamples; ++p) {
    const double x = permutation.at(p) / n - 0.5;
    const double y = permutation.at(p + 1) / n - 0.5;
    correlation += 12 * x * (p / n - 0.5) / n;
    neighbours += 12 * x * y / n;
    if (permutation.at(p) / 1000 == permutation.at(p + 1) / 1000) ++same_thousand;
  }
  EXPECT_NEAR(correlation, 0, 4 / std::sqrt(n));
  EXPECT_NEAR(neighbours, 0, 4 / std::sqrt(n));
  EXPECT_NEAR(static_cast<double>(same_thousand), n / 100, 4 * std::sqrt(n / 100));
}

TEST(IndexedPermutation, RefusesMoreThanItsNumbersHold) {
  EXPECT_THROW(IndexedPermutation(std::int64_t{1} << 33, 1, Purpose::epoch_order, 0), std::overflow_error);
}

TEST(RandomPermutation, RefusesMoreThanItsNumbersHold) {
  EXPECT_THROW(random_permutation(std::int64_t{1} << 33, 1, Purpose::split, 0), std::overflow_error);
  EXPECT_TRUE(random_permutation(0, 1, Purpose::split, 0).empty());
}

}  // namespace
}  // namespace jetrain
