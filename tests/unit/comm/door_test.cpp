#include "comm/door.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace jetrain {
namespace {

ListenPlan loopback(bool is_ipv6 = false) {
  Endpoint endpoint;
  endpoint.is_ipv6 = is_ipv6;
  if (is_ipv6)
    endpoint.address[15] = std::byte{1};
  else
    endpoint.address = {std::byte{127}, {}, {}, std::byte{1}};
  return {{endpoint}, false, ""};
}

/// Somebody's connection to a door.
class Caller {
 public:
  Caller(const Door& door, const std::string& words) {
    sockaddr_storage target{};
    const socklen_t length = fill(target, door.endpoints().front());
    socket_ = socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&target), length), 0);
    EXPECT_EQ(send(socket_, words.data(), words.size(), MSG_NOSIGNAL), std::ssize(words));
  }
  ~Caller() { close(socket_); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  int number() const noexcept { return socket_; }
  bool was_sent_away() const {
    char answer = 0;
    const ssize_t count = recv(socket_, &answer, 1, MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno == ECONNRESET);
  }

 private:
  int socket_ = -1;
};

std::string words_of(const Token& token, int rank) {
  const Hello hello{token, rank, 1};
  return {reinterpret_cast<const char*>(&hello), sizeof hello};
}

/// A door of a job of three ranks, and who was let in.
class ADoor : public testing::Test {
 protected:
  void open(Door::Limits limits = {}, const ListenPlan& plan = loopback()) {
    door_.emplace(plan, 3, token_, limits);
  }
  template <class... Words>
  void come(int count, const Words&... words) {
    for (int i = 0; i < count; ++i) (callers_.push_back(std::make_unique<Caller>(*door_, words)), ...);
  }
  void look() {
    for (const Door::Guest& guest : door_->look()) {
      guests_.push_back(guest.rank);
      close(guest.socket);
    }
  }
  /// Whether all callers but those let in are sent away, in that time.
  bool all_are_sent_away(double seconds) {
    const Stopwatch watch;
    while (watch.seconds() < seconds) {
      look();
      if (std::all_of(callers_.begin(), callers_.end(), [](const auto& one) { return one->was_sent_away(); }))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  /// Whether rank 2 is let in, which knocks as ranks do.
  bool lets_in_a_rank() {
    int socket = -1;
    std::atomic<bool> done{false};
    std::thread rank([&] {
      socket = knock(door_->endpoints(), token_, 2);
      done = true;
    });
    while (!done) look();
    rank.join();
    if (socket >= 0) close(socket);
    return socket >= 0 && guests_ == std::vector<int>{2};
  }

  Token token_ = make_token();
  std::optional<Door> door_;
  std::vector<std::unique_ptr<Caller>> callers_;
  std::vector<int> guests_;
};

TEST(Token, IsAnotherOneEachTime) {
  const Token token = make_token();
  EXPECT_FALSE(same(token, make_token()));
  EXPECT_TRUE(same(token, token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    Token other = token;
    other[i] ^= std::byte{1};
    EXPECT_FALSE(same(token, other)) << i;
  }
}

TEST_F(ADoor, LetsInARank) {
  open();
  EXPECT_TRUE(lets_in_a_rank());
}

TEST_F(ADoor, LetsInARankByIpv6) {
  open({}, loopback(true));
  if (door_->endpoints().empty()) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_TRUE(lets_in_a_rank());
}

TEST_F(ADoor, IsEverywhereWhereItShouldBe) {
  ListenPlan plan = loopback();
  plan.everywhere = true;
  for (const Endpoint& endpoint : loopback(true).endpoints) plan.endpoints.push_back(endpoint);
  open({}, plan);
  ASSERT_FALSE(door_->endpoints().empty());
  for (const Endpoint& endpoint : door_->endpoints()) EXPECT_EQ(endpoint.port, door_->endpoints()[0].port);
  EXPECT_TRUE(lets_in_a_rank());
}

TEST_F(ADoor, SendsAwayWhoDoesNotKnowTheToken) {
  open();
  Token wrong = token_;
  wrong.back() ^= std::byte{1};
  come(1, words_of(wrong, 2), words_of(token_, 0), words_of(token_, 3), words_of(token_, -1),
       std::string(100000, 'x'));
  EXPECT_TRUE(all_are_sent_away(2));
  EXPECT_TRUE(guests_.empty());
}

TEST_F(ADoor, SendsAwayWhoIsSilentForTooLong) {
  open({.silence_seconds = 0.3});
  come(1, std::string(), words_of(token_, 2).substr(0, 10));
  look();
  EXPECT_EQ(door_->waiting(), 2U);
  const Stopwatch watch;
  EXPECT_TRUE(all_are_sent_away(5));
  EXPECT_GE(watch.seconds(), 0.2);
  EXPECT_TRUE(guests_.empty());
  EXPECT_TRUE(lets_in_a_rank());
}

TEST_F(ADoor, HearsARankThatSaysItsWordsInPieces) {
  open();
  const std::string words = words_of(token_, 1);
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (at == 0) come(1, std::string());
    EXPECT_TRUE(guests_.empty());
    send(callers_.back()->number(), &words[at], 1, MSG_NOSIGNAL);
    look();
  }
  EXPECT_EQ(guests_, std::vector<int>{1});
}

TEST_F(ADoor, HoldsNoMoreStrangersThanItShould) {
  open({.strangers = 20, .silence_seconds = 100});
  come(200, std::string());
  for (int i = 0; i < 20; ++i) look();
  EXPECT_LE(door_->waiting(), 22U);
  EXPECT_TRUE(lets_in_a_rank());
}

TEST_F(ADoor, LooksNoLongerThanItShouldWhileManyCome) {
  open({.strangers = 200, .each_look = 7});
  come(50, std::string());
  look();
  EXPECT_EQ(door_->waiting(), 7U);
  look();
  EXPECT_EQ(door_->waiting(), 14U);
}

TEST_F(ADoor, LetsInARankWhileStrangersComeWithoutEnd) {
  open();
  std::atomic<bool> enough{false};
  std::atomic<std::size_t> left{0};
  std::vector<std::thread> crowd;
  for (std::size_t i = 0; i < 3; ++i) {
    crowd.emplace_back([&, i] {
      while (!enough) const Caller stranger(*door_, std::string(i, 'x'));
      ++left;
    });
  }
  EXPECT_TRUE(lets_in_a_rank());
  enough = true;
  while (left < crowd.size()) look();  // whoever is still in the queue would wait there for two minutes
  for (std::thread& one : crowd) one.join();
}

}  // namespace
}  // namespace jetrain
