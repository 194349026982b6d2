#include "comm/rank_links.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "core/stopwatch.hpp"

namespace jetrain {
namespace {

/// Connections that rank 0 is asked for in a millisecond. A system may hold no more than 128 in its queue.
constexpr int kConnectionsEachMillisecond = 16;

/// On rank 0; elsewhere nothing is listened on. Collective.
ListenPlan plan_for(const Communicator& comm) {
  if (comm.size() == 1) return {};
  const bool one_host = comm.node().size() == comm.size();
  if (!comm.is_root()) return {};
  return listen_plan(own_addresses(), one_host, [](const char* name) { return std::getenv(name); });
}

std::string description(const ListenPlan& plan, const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> addresses;
  for (const Endpoint& endpoint : endpoints) addresses.push_back(text(endpoint));
  return fmt::format("{} ({})", fmt::join(addresses, ", "), plan.why);
}

}  // namespace

RankLinks::RankLinks(const Communicator& comm) : RankLinks(comm, plan_for(comm)) {}

RankLinks::RankLinks(const Communicator& comm, const ListenPlan& plan,
                     const std::function<void(const std::vector<Endpoint>&)>& listening)
    : rank_(comm.rank()),
      size_(comm.size()),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      watched_(epoll_create1(EPOLL_CLOEXEC)),
      sockets_(std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(comm.size()))) {
  for (int rank = 0; rank < size_; ++rank) sockets_[static_cast<std::size_t>(rank)] = -1;
  watch(wake_);
  if (size_ == 1) return;

  std::optional<Door> door;
  std::vector<Endpoint> endpoints;
  Token token{};
  if (comm.is_root()) {
    token = make_token();
    door.emplace(plan, size_, token);
    endpoints = door->endpoints();
    if (!endpoints.empty()) listened_ = description(plan, endpoints);
    watch(door->file());
    if (listening) listening(endpoints);
  }
  comm.broadcast(endpoints);
  comm.broadcast_bytes(token);
  if (!comm.is_root() && !endpoints.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(rank_ / kConnectionsEachMillisecond));
    const int socket = knock(endpoints, token, rank_);
    if (socket >= 0) welcome({socket, 0, 0});
  }
  meet(comm, door ? &*door : nullptr);
}

/// Rank 0 lets in those that knock until all have come here, with a connection or without.
void RankLinks::meet(const Communicator& comm, Door* door) {
  constexpr int kBits = 64;
  std::vector<std::uint64_t> without(static_cast<std::size_t>(size_ / kBits + 1));  // a bit for each rank
  const auto bit = [](int rank) { return std::uint64_t{1} << (rank % kBits); };
  const auto word = [](int rank) { return static_cast<std::size_t>(rank / kBits); };
  if (door == nullptr && sockets_[0] < 0) without[word(rank_)] = bit(rank_);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(MPI_IN_PLACE, without.data(), static_cast<int>(without.size()), MPI_UINT64_T, MPI_BOR,
                 comm.handle(), &request);
  int done = 0;
  while (door != nullptr && done == 0) {
    const std::vector<Event> events = look(10);
    early_.insert(early_.end(), events.begin(), events.end());  // of ranks that are already past this
    for (const Door::Guest& guest : door->look()) welcome(guest);
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  }
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  for (const std::uint64_t word_of_64 : without) unlinked_ += std::popcount(word_of_64);
  if (door == nullptr) return;
  out_of_files_ = door->out_of_files();
  epoll_ctl(watched_, EPOLL_CTL_DEL, door->file(), nullptr);
  // One that gave up too early may have been heard after all: it is not lost, it was never there. And one
  // that came anew has not lost the connection that it left.
  const auto gave_up = [&](int rank) { return (without[word(rank)] & bit(rank)) != 0; };
  std::erase_if(early_, [&](const Event& event) {
    return gave_up(event.rank) || (event.lost && sockets_[static_cast<std::size_t>(event.rank)] >= 0);
  });
  std::erase_if(incoming_, [&](const auto& entry) {
    const auto& [socket, from] = entry;
    if (!gave_up(from.rank)) return false;
    sockets_[static_cast<std::size_t>(from.rank)] = -1;
    close(socket);
    return true;
  });
}

/// A rank may have come before, and have thought that it was not heard: its last connection counts.
void RankLinks::welcome(const Door::Guest& guest) {
  std::atomic<int>& used = sockets_[static_cast<std::size_t>(guest.rank)];
  if (const auto before = incoming_.find(used); before != incoming_.end()) {
    if (before->second.attempt > guest.attempt) {
      close(guest.socket);
      return;
    }
    close(before->first);
    incoming_.erase(before);
  }
  incoming_[guest.socket] = {guest.rank, guest.attempt, {}};
  used = guest.socket;
  watch(guest.socket);
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
  if (wake_ >= 0) close(wake_);
  if (watched_ >= 0) close(watched_);
}

void RankLinks::watch(int file) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = file;
  epoll_ctl(watched_, EPOLL_CTL_ADD, file, &wanted);
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
  while (left() >= sizeof(Message)) {
    Event event{from.rank, false, {}};
    std::copy_n(next, sizeof(Message), event.message.begin());
    next += sizeof(Message);
    events.push_back(event);
  }
  from.bytes.erase(from.bytes.begin(), next);
  if (lost) {
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
    } else if (const auto from = incoming_.find(file); from != incoming_.end()) {
      if (!take(file, from->second, events)) end(file);
    }
  }
  return events;
}

/// Another thread may be about to send to a rank's connection: its number stays taken until none can be.
void RankLinks::end(int socket) {
  epoll_ctl(watched_, EPOLL_CTL_DEL, socket, nullptr);
  shutdown(socket, SHUT_RDWR);
  ended_.push_back(socket);
  incoming_.erase(socket);
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
