#include "comm/rank_links.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>
#include <span>
#include <thread>
#include <utility>

#include "core/stopwatch.hpp"

namespace jetrain {
namespace {

/// Long enough for two requests that got lost since too many came at once (they are sent again after one
/// second, and after three).
constexpr int kConnectMilliseconds = 4000;
/// Who is connected may wait until a busy rank 0 comes to it.
constexpr int kWelcomeMilliseconds = 10000;
/// Connections that rank 0 is asked for in a millisecond. A system may hold no more than 128 in its queue.
constexpr int kConnectionsEachMillisecond = 16;
constexpr char kWelcome = 'j';

/// What a connection begins with: the job's token, so that strangers are turned away, and who it is.
struct Hello {
  std::array<std::byte, 16> token;
  std::int32_t rank;
};

/// Every IPv4 address of this machine that is up, those of the network before the loopback.
std::vector<std::byte> own_addresses() {
  std::vector<in_addr> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) == 0) {
    for (const bool loopback : {false, true}) {
      for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
        if ((entry->ifa_flags & IFF_UP) == 0 || ((entry->ifa_flags & IFF_LOOPBACK) != 0) != loopback)
          continue;
        sockaddr_in address{};
        std::memcpy(&address, entry->ifa_addr, sizeof address);
        found.push_back(address.sin_addr);
      }
    }
    freeifaddrs(list);
  }
  const auto bytes = std::as_bytes(std::span(found));
  return {bytes.begin(), bytes.end()};
}

bool ready(int socket, short events, int milliseconds) {
  pollfd entry{socket, events, 0};
  return poll(&entry, 1, milliseconds) == 1 && (entry.revents & events) != 0;
}

/// A connection to one address, or -1.
int connect_to(const in_addr& address, std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_addr = address;
  target.sin_port = htons(port);
  int error = 0;
  socklen_t length = sizeof error;
  const bool begun = ::connect(socket, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0 ||
                     errno == EINPROGRESS;
  if (begun && ready(socket, POLLOUT, kConnectMilliseconds) &&
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0)
    return socket;
  close(socket);
  return -1;
}

}  // namespace

RankLinks::RankLinks(const Communicator& comm)
    : rank_(comm.rank()),
      size_(comm.size()),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      watched_(epoll_create1(EPOLL_CLOEXEC)),
      sockets_(std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(comm.size()))) {
  for (int rank = 0; rank < size_; ++rank) sockets_[static_cast<std::size_t>(rank)] = -1;
  watch(wake_);
  if (size_ == 1) return;

  std::vector<std::byte> addresses;
  std::uint16_t port = 0;
  if (comm.is_root()) {
    listen();
    sockaddr_in bound{};
    socklen_t length = sizeof bound;
    if (listener_ >= 0 && getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &length) == 0)
      port = ntohs(bound.sin_port);
    addresses = own_addresses();
    std::random_device random;
    for (std::byte& byte : token_) byte = static_cast<std::byte>(random());
  }
  comm.broadcast(addresses);
  comm.broadcast(std::span(&port, 1));
  comm.broadcast_bytes(token_);
  if (!comm.is_root() && port != 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(rank_ / kConnectionsEachMillisecond));
    connect(addresses, port);
  }
  meet(comm);
}

/// Rank 0 answers those that connect until all have come here, with a connection or without.
void RankLinks::meet(const Communicator& comm) {
  constexpr int kBits = 64;
  std::vector<std::uint64_t> without(static_cast<std::size_t>(size_ / kBits + 1));  // a bit for each rank
  const auto bit = [](int rank) { return std::uint64_t{1} << (rank % kBits); };
  const auto word = [](int rank) { return static_cast<std::size_t>(rank / kBits); };
  if (!comm.is_root() && sockets_[0] < 0) without[word(rank_)] = bit(rank_);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(MPI_IN_PLACE, without.data(), static_cast<int>(without.size()), MPI_UINT64_T, MPI_BOR,
                 comm.handle(), &request);
  int done = 0;
  while (comm.is_root() && done == 0) {
    const std::vector<Event> events = look(10);
    early_.insert(early_.end(), events.begin(), events.end());  // of ranks that are already past this
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  }
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  for (const std::uint64_t word_of_64 : without) unlinked_ += std::popcount(word_of_64);
  if (!comm.is_root()) return;
  if (listener_ >= 0) close(std::exchange(listener_, -1));
  // One that gave up too early may have been heard after all: it is not lost, it was never there.
  const auto gave_up = [&](int rank) { return rank >= 0 && (without[word(rank)] & bit(rank)) != 0; };
  std::erase_if(early_, [&](const Event& event) { return gave_up(event.rank); });
  std::erase_if(incoming_, [&](const auto& entry) {
    const auto& [socket, from] = entry;
    if (from.rank >= 0 && !gave_up(from.rank)) return false;
    if (from.rank >= 0) sockets_[static_cast<std::size_t>(from.rank)] = -1;
    close(socket);
    return true;
  });
}

/// A connection that is closed with something unread in it is torn down, and what was sent last may be lost
/// with it: the word that this rank leaves as it should. So each side ends its own half, and reads until the
/// other has done so, too (which its `look` does for it).
void RankLinks::end_connections() {
  constexpr double kPatienceSeconds = 5;
  for (const auto& [socket, from] : incoming_) shutdown(socket, SHUT_WR);
  const Stopwatch watch;
  while (!incoming_.empty() && watch.seconds() < kPatienceSeconds) look(50);
}

RankLinks::~RankLinks() {
  end_connections();
  for (const auto& [socket, from] : incoming_) close(socket);
  for (const int socket : ended_) close(socket);
  if (listener_ >= 0) close(listener_);
  if (wake_ >= 0) close(wake_);
  if (watched_ >= 0) close(watched_);
}

void RankLinks::watch(int file) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = file;
  epoll_ctl(watched_, EPOLL_CTL_ADD, file, &wanted);
}

void RankLinks::listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_ANY);
  if (listener_ >= 0 && bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0 &&
      ::listen(listener_, size_ + 16) == 0)
    return watch(listener_);
  if (listener_ >= 0) close(listener_);
  listener_ = -1;
}

void RankLinks::connect(const std::vector<std::byte>& addresses, std::uint16_t port) {
  for (std::size_t at = 0; at < addresses.size(); at += sizeof(in_addr)) {
    in_addr address{};
    std::memcpy(&address, &addresses[at], sizeof address);
    const int socket = connect_to(address, port);
    if (socket < 0) continue;
    if (say_hello(socket)) {
      incoming_[socket].rank = 0;
      sockets_[0] = socket;
      return watch(socket);
    }
    close(socket);
  }
}

/// True where it is rank 0 that answers: an address may lead to somebody else (the loopback of another node).
bool RankLinks::say_hello(int socket) const {
  const Hello hello{token_, rank_};
  char answer = 0;
  return ::send(socket, &hello, sizeof hello, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof hello) &&
         ready(socket, POLLIN, kWelcomeMilliseconds) && recv(socket, &answer, 1, 0) == 1 &&
         answer == kWelcome;
}

void RankLinks::accept_all() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
      const bool full = errno == EMFILE || errno == ENFILE;
      if (full) close(std::exchange(listener_, -1));  // those that wait are refused now, not in ten seconds
      out_of_files_ = out_of_files_ || full;
      return;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    incoming_[socket] = {};
    watch(socket);
  }
}

/// False where the connection ended.
bool RankLinks::take(int socket, Incoming& from, std::vector<Event>& events) {
  std::array<std::byte, 4096> buffer;
  bool lost = false;
  while (true) {
    const ssize_t count = recv(socket, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      from.bytes.insert(from.bytes.end(), buffer.begin(), buffer.begin() + count);
      continue;
    }
    lost = count == 0 || (errno != EAGAIN && errno != EINTR);
    break;
  }
  auto next = from.bytes.begin();
  const auto left = [&] { return static_cast<std::size_t>(from.bytes.end() - next); };
  if (from.rank < 0 && left() >= sizeof(Hello)) {
    Hello hello;
    std::memcpy(&hello, &*next, sizeof hello);
    next += sizeof hello;
    if (hello.token == token_ && hello.rank > 0 && hello.rank < size_ &&
        ::send(socket, &kWelcome, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) {
      from.rank = hello.rank;
      sockets_[static_cast<std::size_t>(hello.rank)] = socket;
    } else {
      lost = true;  // a stranger
    }
  }
  while (from.rank >= 0 && left() >= sizeof(Message)) {
    Event event{from.rank, false, {}};
    std::copy_n(next, sizeof(Message), event.message.begin());
    next += sizeof(Message);
    events.push_back(event);
  }
  from.bytes.erase(from.bytes.begin(), next);
  if (lost && from.rank >= 0) {
    sockets_[static_cast<std::size_t>(from.rank)] = -1;
    events.push_back({from.rank, true, {}});
  }
  return !lost;
}

std::vector<RankLinks::Event> RankLinks::wait(int milliseconds) {
  return early_.empty() ? look(milliseconds) : std::exchange(early_, {});
}

/// Touches only connections that have something to say: with a thousand of them, going through all at each
/// word of one would keep a core busy.
std::vector<RankLinks::Event> RankLinks::look(int milliseconds) {
  std::array<epoll_event, 256> ready{};
  const int count = epoll_wait(watched_, ready.data(), static_cast<int>(ready.size()), milliseconds);
  std::vector<Event> events;
  for (int i = 0; i < count; ++i) {
    const int file = ready[static_cast<std::size_t>(i)].data.fd;
    if (file == wake_) {
      std::uint64_t wakes = 0;
      [[maybe_unused]] const ssize_t ignored = read(wake_, &wakes, sizeof wakes);
    } else if (file == listener_) {
      accept_all();
    } else if (const auto from = incoming_.find(file); from != incoming_.end()) {
      if (!take(file, from->second, events)) end(file);
    }
  }
  return events;
}

/// Another thread may be about to send to a rank's connection: its number stays taken until none can be.
void RankLinks::end(int socket) {
  const auto from = incoming_.find(socket);
  epoll_ctl(watched_, EPOLL_CTL_DEL, socket, nullptr);
  if (from->second.rank < 0) {
    close(socket);
  } else {
    shutdown(socket, SHUT_RDWR);
    ended_.push_back(socket);
  }
  incoming_.erase(from);
}

void RankLinks::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = write(wake_, &one, sizeof one);
}

void RankLinks::send(const Message& message) noexcept {
  for (int rank = 0; rank < size_; ++rank) {
    const int socket = sockets_[static_cast<std::size_t>(rank)];
    if (socket >= 0) ::send(socket, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
}

}  // namespace jetrain
