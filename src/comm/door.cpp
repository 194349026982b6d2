#include "comm/door.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <type_traits>

namespace jetrain {
namespace {

/// A rank's first words may come this much after its connection; where files are short, strangers get no
/// more.
constexpr double kFirstWordsSeconds = 0.2;
/// So many may have come before rank 0 looks; the system may hold fewer.
constexpr int kQueue = 1024;

}  // namespace

Token make_token() {
  Token token{};
  if (getrandom(token.data(), token.size(), 0) == static_cast<ssize_t>(token.size())) return token;
  std::random_device random;
  for (std::byte& byte : token) byte = static_cast<std::byte>(random());
  return token;
}

bool same(const Token& a, const Token& b) noexcept {
  std::byte different{0};
  for (std::size_t i = 0; i < a.size(); ++i) different |= a[i] ^ b[i];
  return different == std::byte{0};
}

Door::Door(const ListenPlan& plan, int ranks, const Token& token, Limits limits)
    : token_(token),
      missing_(ranks - 1),
      ranks_(ranks),
      limits_(limits),
      watched_(epoll_create1(EPOLL_CLOEXEC)) {
  if (plan.everywhere) {
    Endpoint any;
    any.is_ipv6 = true;
    if (!listen(any, true) && !listen({}, true)) return;  // without IPv6, by IPv4
    const Endpoint bound = endpoints_.back();
    endpoints_.clear();
    for (Endpoint endpoint : plan.endpoints) {
      endpoint.port = bound.port;
      if (bound.is_ipv6 || !endpoint.is_ipv6) endpoints_.push_back(endpoint);
    }
    return;
  }
  for (const Endpoint& endpoint : plan.endpoints) listen(endpoint, false);
}

Door::~Door() {
  for (const auto& [socket, newcomer] : waiting_) close(socket);
  for (const int listener : listeners_) close(listener);
  if (watched_ >= 0) close(watched_);
}

/// Everywhere by IPv6: also for those that come by IPv4.
bool Door::listen(const Endpoint& at, bool everywhere) {
  const int listener = socket(at.is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return false;
  const int only_ipv6 = everywhere ? 0 : 1;
  sockaddr_storage address{};
  const socklen_t length = fill(address, at);
  sockaddr_storage bound{};
  socklen_t bound_length = sizeof bound;
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = listener;
  if ((!at.is_ipv6 || setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof only_ipv6) == 0) &&
      bind(listener, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
      ::listen(listener, std::max(ranks_ + limits_.strangers, kQueue)) == 0 &&
      getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &bound_length) == 0 &&
      epoll_ctl(watched_, EPOLL_CTL_ADD, listener, &wanted) == 0) {
    Endpoint reached = at;
    reached.port = endpoint_of(bound).port;
    listeners_.push_back(listener);
    endpoints_.push_back(reached);
    return true;
  }
  close(listener);
  return false;
}

std::vector<Door::Guest> Door::look() {
  std::vector<Guest> guests;
  std::array<epoll_event, 256> ready{};
  const int count = epoll_wait(watched_, ready.data(), static_cast<int>(ready.size()), 0);
  int left = limits_.each_look;
  for (int i = 0; i < count; ++i) {  // those that are here already before any that come now
    const int file = ready[static_cast<std::size_t>(i)].data.fd;
    if (waiting_.contains(file)) hear(file, guests);
  }
  for (int i = 0; i < count; ++i) {
    const int file = ready[static_cast<std::size_t>(i)].data.fd;
    if (std::find(listeners_.begin(), listeners_.end(), file) != listeners_.end())
      accept_from(file, left, guests);
  }
  while (send_oldest_away(limits_.silence_seconds)) continue;
  return guests;
}

void Door::accept_from(int listener, int& left, std::vector<Guest>& guests) {
  for (; left > 0; --left) {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno != EMFILE && errno != ENFILE) return;
      if (!waiting_.empty()) {
        send_oldest_away(kFirstWordsSeconds);
        return;  // those that knock wait until there is a file
      }
      out_of_files_ = true;
      for (const int open : listeners_) close(open);  // those that wait are refused now, not in ten seconds
      listeners_.clear();
      return;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = socket;
    epoll_ctl(watched_, EPOLL_CTL_ADD, socket, &wanted);
    Newcomer& newcomer = waiting_[socket];
    newcomer.number = ++came_;
    order_.push_back({socket, came_});
    hear(socket, guests);  // as a rule its words have come with it
    if (static_cast<int>(waiting_.size()) > missing_ + limits_.strangers) send_oldest_away(0);
  }
}

void Door::hear(int socket, std::vector<Guest>& guests) {
  Newcomer& newcomer = waiting_.at(socket);
  const ssize_t count =
      recv(socket, &newcomer.bytes[newcomer.heard], newcomer.bytes.size() - newcomer.heard, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return send_away(socket);
  newcomer.heard += static_cast<std::size_t>(count);
  if (newcomer.heard < newcomer.bytes.size()) return;
  Hello hello;
  static_assert(std::is_trivially_copyable_v<Hello>);
  std::memcpy(&hello, newcomer.bytes.data(), sizeof hello);
  if (!same(hello.token, token_) || hello.rank < 1 || hello.rank >= ranks_ ||
      send(socket, &kWelcome, 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
    return send_away(socket);
  guests.push_back({socket, hello.rank, hello.attempt});
  missing_ = std::max(0, missing_ - 1);
  epoll_ctl(watched_, EPOLL_CTL_DEL, socket, nullptr);
  waiting_.erase(socket);
}

void Door::send_away(int socket) {
  waiting_.erase(socket);
  close(socket);
}

bool Door::send_oldest_away(double seconds) {
  while (!order_.empty()) {
    const Place oldest = order_.front();
    const auto found = waiting_.find(oldest.socket);
    if (found != waiting_.end() && found->second.number == oldest.number) {
      if (found->second.since.seconds() < seconds) return false;
      order_.pop_front();
      send_away(oldest.socket);
      return true;
    }
    order_.pop_front();
  }
  return false;
}

}  // namespace jetrain
