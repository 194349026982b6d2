#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "comm/door.hpp"

namespace jetrain {
namespace {

/// Long enough for two requests that got lost since too many came at once (they are sent again after one
/// second, and after three).
constexpr int kConnectMilliseconds = 4000;
/// Who is connected may wait until a busy rank 0 comes to it.
constexpr int kWelcomeMilliseconds = 10000;
/// One that was sent away, since strangers crowded before the door, tries again.
constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

bool ready(int socket, short events, int milliseconds) {
  pollfd entry{socket, events, 0};
  return poll(&entry, 1, milliseconds) == 1 && (entry.revents & events) != 0;
}

/// A connection to one address, or -1.
int connect_to(const Endpoint& endpoint) {
  const int socket =
      ::socket(endpoint.is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  sockaddr_storage target{};
  const socklen_t target_length = fill(target, endpoint);
  int error = 0;
  socklen_t length = sizeof error;
  const bool begun = ::connect(socket, reinterpret_cast<const sockaddr*>(&target), target_length) == 0 ||
                     errno == EINPROGRESS;
  if (begun && ready(socket, POLLOUT, kConnectMilliseconds) &&
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0)
    return socket;
  close(socket);
  return -1;
}

enum class Answer { welcome, sent_away, none };

/// Welcome where it is rank 0 that answers: an address may lead to somebody else.
Answer say_hello(int socket, const Hello& hello) {
  char answer = 0;
  if (send(socket, &hello, sizeof hello, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof hello))
    return Answer::sent_away;
  if (!ready(socket, POLLIN, kWelcomeMilliseconds)) return Answer::none;
  if (recv(socket, &answer, 1, 0) != 1) return Answer::sent_away;
  return answer == kWelcome ? Answer::welcome : Answer::none;
}

}  // namespace

int knock(const std::vector<Endpoint>& endpoints, const Token& token, int rank) {
  std::int32_t connections = 0;
  bool sent_away = true;
  for (int attempt = 0; attempt < kAttempts && sent_away; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(attempt * kBetweenAttempts);
    sent_away = false;
    for (const Endpoint& endpoint : endpoints) {
      const int socket = connect_to(endpoint);
      if (socket < 0) continue;
      const Answer answer = say_hello(socket, {token, rank, ++connections});
      if (answer == Answer::welcome) return socket;
      sent_away = sent_away || answer == Answer::sent_away;
      close(socket);
    }
  }
  return -1;
}

}  // namespace jetrain
