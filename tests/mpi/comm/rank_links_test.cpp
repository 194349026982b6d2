#include "comm/rank_links.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
    constexpr int kOwnAndOneLink = 5;  // event, epoll, the door's, listener
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

/// Connections of somebody who is no rank.
class Strangers {
 public:
  Strangers() = default;
  ~Strangers() {
    for (const int socket : sockets_) close(socket);
  }
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  void come(const std::vector<Endpoint>& endpoints, const std::string& words) {
    sockaddr_storage target{};
    const socklen_t length = fill(target, endpoints.front());
    const int socket = ::socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(connect(socket, reinterpret_cast<const sockaddr*>(&target), length), 0);
    EXPECT_EQ(::send(socket, words.data(), words.size(), MSG_NOSIGNAL), std::ssize(words));
    sockets_.push_back(socket);
  }

 private:
  std::vector<int> sockets_;
};

TEST(RankLinks, AreMadeAlsoWhereStrangersCrowdBeforeTheDoor) {
  const Communicator world = Communicator::world();
  if (world.size() == 1) return;
  for (const bool is_ipv6 : {false, true}) {
    ListenPlan plan{{{.is_ipv6 = is_ipv6, .address = {}}}, false, "a test"};
    if (is_ipv6) {
      plan.endpoints[0].address[15] = std::byte{1};  // ::1
    } else {
      plan.endpoints[0].address = {std::byte{127}, {}, {}, std::byte{1}};
    }
    Strangers strangers;
    std::int64_t listens = 0;
    const Stopwatch watch;
    const RankLinks links(world, plan, [&](const std::vector<Endpoint>& endpoints) {
      listens = std::ssize(endpoints);
      if (endpoints.empty()) return;
      for (int i = 0; i < 50; ++i) {
        strangers.come(endpoints, "");
        strangers.come(endpoints, "GET /");
        strangers.come(endpoints, std::string(sizeof(Hello), '\1'));
        strangers.come(endpoints, std::string(10000, 'x'));
      }
    });
    if (world.max(listens) == 0) continue;  // this machine has no IPv6
    EXPECT_EQ(links.unlinked(), 0);
    EXPECT_LT(watch.seconds(), 10);
    world.barrier();
  }
}

TEST(RankLinks, SayWhatWasListenedOn) {
  const Communicator world = Communicator::world();
  if (world.size() == 1) return;
  const RankLinks links(world);
  EXPECT_EQ(links.listened(),
            world.is_root() ? "127.0.0.1 (the loopback, since all ranks are on one host)" : "");
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
