#include "comm/communicator.hpp"

#include <gtest/gtest.h>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

TEST(Communicator, SumsOverAllRanks) {
  const Communicator world = Communicator::world();
  EXPECT_EQ(world.sum(std::int64_t{1}), world.size());
  EXPECT_EQ(world.sum_before(2), 2 * world.rank());
}

TEST(Communicator, AgreePassesWhereNoRankThrows) {
  const Communicator world = Communicator::world();
  EXPECT_NO_THROW(world.agree([] {}));
}

TEST(Communicator, AgreeThrowsTheLowestRanksErrorOnAllRanks) {
  const Communicator world = Communicator::world();
  const int last = world.size() - 1;
  try {
    world.agree([&] {
      if (world.rank() == last) throw UsageError("rank " + std::to_string(last) + " is unhappy");
    });
    FAIL() << "agree must throw";
  } catch (const CollectiveError& error) {
    EXPECT_EQ(error.what(), "rank " + std::to_string(last) + " is unhappy");
    EXPECT_EQ(error.status(), ExitStatus::usage);
  }
}

TEST(Communicator, GathersInRankOrder) {
  const Communicator world = Communicator::world();
  const std::vector<int> mine(static_cast<std::size_t>(world.rank()), world.rank());
  const std::vector<int> all = world.gather(std::span<const int>(mine));
  if (!world.is_root()) {
    EXPECT_TRUE(all.empty());
    return;
  }
  std::vector<int> expected;
  for (int r = 0; r < world.size(); ++r) expected.insert(expected.end(), static_cast<std::size_t>(r), r);
  EXPECT_EQ(all, expected);
}

TEST(Communicator, GathersShortAndLongTextsOfUnevenLengthsAlike) {
  const Communicator world = Communicator::world();
  for (const std::size_t length : {std::size_t{0}, std::size_t{1000}, std::size_t{100000}}) {
    const auto text_of = [&](int rank) {
      return std::string(length + static_cast<std::size_t>(rank % 3), static_cast<char>('a' + rank));
    };
    const std::string mine = text_of(world.rank());
    const std::vector<char> all = world.gather(std::span<const char>(mine));
    std::string expected;
    for (int r = 0; r < world.size(); ++r) expected += text_of(r);
    EXPECT_EQ(std::string(all.begin(), all.end()), world.is_root() ? expected : "");
  }
}

TEST(Communicator, ExchangesByteStringsBetweenAllPairs) {
  const Communicator world = Communicator::world();
  const auto ranks = static_cast<std::size_t>(world.size());
  std::vector<std::vector<std::byte>> outgoing(ranks);
  for (std::size_t r = 0; r < ranks; ++r) outgoing[r].assign(r + 1, static_cast<std::byte>(world.rank()));
  const auto incoming = world.exchange(outgoing);
  for (std::size_t r = 0; r < ranks; ++r) {
    EXPECT_EQ(incoming[r],
              std::vector<std::byte>(static_cast<std::size_t>(world.rank()) + 1, static_cast<std::byte>(r)));
  }
}

TEST(Communicator, WritingRanksAgreeOnTheFirstFailedRankByItsName) {
  const Communicator world = Communicator::world();
  EXPECT_NO_THROW(world.agree_while_writing([] {}));
  for (int failing = 0; failing < world.size(); ++failing) {
    try {
      world.agree_while_writing([&] {
        if (world.rank() >= failing) throw DataError("no room on " + std::to_string(world.rank()));
      });
      FAIL() << "must throw";
    } catch (const CollectiveError& error) {
      const std::string what = error.what();
      const std::string rank = std::to_string(failing);
      EXPECT_EQ(what.find("no room on " + rank), 0U) << what;
      EXPECT_EQ(what.find("(rank " + rank + " on ") != std::string::npos, world.size() > 1) << what;
      EXPECT_EQ(error.status(), ExitStatus::failed);
    }
  }
  EXPECT_TRUE(world.all_come());
}

}  // namespace
}  // namespace jetrain
