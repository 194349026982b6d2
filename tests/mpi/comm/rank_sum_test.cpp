#include "comm/rank_sum.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace jetrain {
namespace {

using Method = RankSum::Method;

/// Fills and adds several times, since memory is used again.
void check(std::size_t count, Method method, const Communicator& comm) {
  RankSum sum(count, method, comm);
  for (std::int64_t round = 1; round <= 3; ++round) {
    for (std::size_t i = 0; i < count; ++i)
      sum.mine()[i] = round * (static_cast<std::int64_t>(i) + 1) * (comm.rank() + 1);
    sum.add();
    const std::int64_t ranks = std::int64_t{comm.size()} * (comm.size() + 1) / 2;
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_EQ(sum.total()[i], round * (static_cast<std::int64_t>(i) + 1) * ranks) << i << " of " << count;
  }
}

TEST(RankSum, IsTheSumOfAllRanksByBothMethods) {
  const Communicator world = Communicator::world();
  for (const std::size_t count : {1U, 7U, 8U, 100U, 5000U, 216'550U}) {
    for (const Method method : {Method::flat, Method::hierarchical}) check(count, method, world);
  }
}

TEST(RankSum, SharesMemoryWhereRanksDo) {
  const Communicator world = Communicator::world();
  const RankSum sum(100, Method::hierarchical, world);
  EXPECT_EQ(sum.method(), world.size() > 1 ? Method::hierarchical : Method::flat);
  EXPECT_EQ(RankSum(100, Method::flat, world).method(), Method::flat);
}

TEST(RankSum, WorksForGroupsOfRanks) {
  const Communicator world = Communicator::world();
  const Communicator group = world.split(world.rank() % 2);
  check(1000, Method::hierarchical, group);
}

TEST(RankSum, KeepsLargeValues) {
  const Communicator world = Communicator::world();
  RankSum sum(1, Method::hierarchical, world);
  sum.mine()[0] = world.is_root() ? std::numeric_limits<std::int64_t>::max() : 0;
  sum.add();
  EXPECT_EQ(sum.total()[0], std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace jetrain
