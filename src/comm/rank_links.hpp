#pragma once

/// \file
/// TCP connections beside MPI: one from each rank to rank 0. The system closes them the moment a process
/// dies, however it dies, and they may be used by another thread than MPI's.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/door.hpp"

namespace jetrain {

class RankLinks {
 public:
  using Message = std::array<std::byte, 64>;
  struct Event {
    int rank = 0;
    bool lost = false;  ///< its connection ended; `message` is then empty
    Message message{};
  };

  /// Rank 0 listens on free ports of the addresses that MPI uses (listen_plan); all others connect, for at
  /// most a few seconds. Then nobody listens any more. Collective.
  explicit RankLinks(const Communicator& comm);
  /// The same as `plan` says. `listening`: called on rank 0 when others may come. Collective.
  RankLinks(const Communicator& comm, const ListenPlan& plan,
            const std::function<void(const std::vector<Endpoint>&)>& listening = {});
  ~RankLinks();
  RankLinks(const RankLinks&) = delete;
  RankLinks& operator=(const RankLinks&) = delete;

  /// How many ranks (but rank 0) have no connection: a firewall between the nodes, as a rule. On all ranks
  /// the same.
  int unlinked() const noexcept { return unlinked_; }

  /// Whether rank 0 had not as many files to open as connections to take (`ulimit -n`). Elsewhere false.
  bool out_of_files() const noexcept { return out_of_files_; }

  /// What rank 0 listened on while ranks met, and why, for the log; elsewhere, and where it did not, "".
  const std::string& listened() const noexcept { return listened_; }

  /// What has come, after at most so many milliseconds. From one thread.
  std::vector<Event> wait(int milliseconds);
  /// Ends a `wait` in another thread.
  void wake() noexcept;
  /// To all ranks with a connection to this one; never blocks. From any thread, also from a signal handler.
  void send(const Message& message) noexcept;

 private:
  /// A rank's connection, and the start of a message that is not whole yet.
  struct Incoming {
    int rank = -1;
    int attempt = 0;  ///< of the rank, to connect
    std::vector<std::byte> bytes;
  };

  void watch(int file);
  void meet(const Communicator& comm, Door* door);
  void welcome(const Door::Guest& guest);
  void end_connections();
  std::vector<Event> look(int milliseconds);
  bool take(int socket, Incoming& from, std::vector<Event>& events);
  void end(int socket);

  int rank_;
  int size_;
  int wake_ = -1;
  int watched_ = -1;  ///< epoll's set of all of these
  int unlinked_ = 0;
  bool out_of_files_ = false;
  std::string listened_;
  std::unique_ptr<std::atomic<int>[]> sockets_;  ///< by rank; -1: none
  std::unordered_map<int, Incoming> incoming_;   ///< by socket
  std::vector<int> ended_;                       ///< connections of ranks that are gone, closed at the end
  std::vector<Event> early_;                     ///< came while this was being made
};

}  // namespace jetrain
