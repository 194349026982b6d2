#include "comm/rank_links.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <optional>

#include "core/stopwatch.hpp"

namespace jetrain {
namespace {

RankLinks::Message message_of(int number) {
  RankLinks::Message message{};
  message[0] = static_cast<std::byte>(number);
  message[63] = static_cast<std::byte>(number + 1);
  return message;
}

/// While it lives, this process may open so many more files.
class FewFiles {
 public:
  explicit FewFiles(int free) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = 0;
    for (int file = 0; free >= 0; ++file) {
      if (fcntl(file, F_GETFD) < 0 && free-- == 0) few.rlim_cur = static_cast<rlim_t>(file);
    }
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewFiles() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewFiles(const FewFiles&) = delete;
  FewFiles& operator=(const FewFiles&) = delete;

 private:
  rlimit before_{};
};

/// Waits for `count` events of one kind.
std::vector<RankLinks::Event> events(RankLinks& links, std::size_t count, bool lost) {
  std::vector<RankLinks::Event> found;
  const Stopwatch watch;
  while (found.size() < count && watch.seconds() < 20) {
    for (const RankLinks::Event& event : links.wait(50)) {
      if (event.lost == lost) found.push_back(event);
    }
  }
  return found;
}

TEST(RankLinks, CarryMessagesBothWays) {
  const Communicator world = Communicator::world();
  RankLinks links(world);
  EXPECT_EQ(links.unlinked(), 0);
  if (world.is_root()) {
    const auto others = static_cast<std::size_t>(world.size() - 1);
    std::vector<int> seen(static_cast<std::size_t>(world.size()));
    for (const RankLinks::Event& event : events(links, 3 * others, false)) {
      EXPECT_EQ(event.message, message_of(event.rank));
      ++seen[static_cast<std::size_t>(event.rank)];
    }
    for (int rank = 1; rank < world.size(); ++rank)
      EXPECT_EQ(seen[static_cast<std::size_t>(rank)], 3) << rank;
    links.send(message_of(100));
  } else {
    for (int i = 0; i < 3; ++i) links.send(message_of(world.rank()));
    const auto answer = events(links, 1, false);
    EXPECT_EQ(answer.size(), 1U);
    if (!answer.empty()) {
      EXPECT_EQ(answer[0].rank, 0);
      EXPECT_EQ(answer[0].message, message_of(100));
    }
  }
  world.barrier();
}

TEST(RankLinks, TellOfRanksThatAreGone) {
  const Communicator world = Communicator::world();
  auto links = std::make_unique<RankLinks>(world);
  const bool leaves = world.size() > 1 && world.rank() == world.size() - 1;
  if (leaves) links.reset();
  if (world.is_root() && !leaves && world.size() > 1) {
    const auto gone = events(*links, 1, true);
    EXPECT_EQ(gone.size(), 1U);
    if (!gone.empty()) {
      EXPECT_EQ(gone[0].rank, world.size() - 1);
    }
  }
  world.barrier();
}

TEST(RankLinks, BringTheLastWordOfARankThatLeavesAlsoWhereItLeftMuchUnread) {
  const Communicator world = Communicator::world();
  auto links = std::make_unique<RankLinks>(world);
  if (!world.is_root()) {
    for (int i = 0; i < 100; ++i) links->send(message_of(i));
  }
  world.barrier();
  if (world.is_root()) {
    links->send(message_of(7));
    links.reset();
  } else {
    std::vector<RankLinks::Event> all;
    const Stopwatch watch;
    while (all.size() < 2 && watch.seconds() < 20) {
      const auto some = links->wait(50);
      all.insert(all.end(), some.begin(), some.end());
    }
    EXPECT_EQ(all.size(), 2U);
    if (all.size() == 2) {
      EXPECT_EQ(all[0].message, message_of(7));
      EXPECT_TRUE(all[1].lost);
    }
  }
  world.barrier();
}

TEST(RankLinks, TellWhenRankZeroMayNotOpenEnoughFiles) {
  const Communicator world = Communicator::world();
  if (world.size() < 3) return;
  std::unique_ptr<RankLinks> links;
  const Stopwatch watch;
  {
    constexpr int kOwnAndOneLink = 4;  // event, epoll, listener
    std::optional<FewFiles> few;
    if (world.is_root()) few.emplace(kOwnAndOneLink);
    links = std::make_unique<RankLinks>(world);
  }
  EXPECT_EQ(links->unlinked(), world.size() - 2);
  EXPECT_EQ(links->out_of_files(), world.is_root());
  EXPECT_LT(watch.seconds(), 5);
  // Who has no link is not told to be lost.
  if (world.is_root()) {
    EXPECT_TRUE(links->wait(50).empty());
  }
  world.barrier();
}

TEST(RankLinks, WaitingEndsInTime) {
  const Communicator self = Communicator::self();
  RankLinks links(self);
  const Stopwatch watch;
  EXPECT_TRUE(links.wait(20).empty());
  EXPECT_GE(watch.seconds(), 0.015);
  links.wake();
  EXPECT_TRUE(links.wait(60000).empty());
  EXPECT_LT(watch.seconds(), 30);
}

}  // namespace
}  // namespace jetrain
