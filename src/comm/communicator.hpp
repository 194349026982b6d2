#pragma once

/// \file
/// A move-only wrapper of an MPI communicator. Sizes are 64-bit everywhere; messages longer than MPI's `int`
/// counts allow are cut into pieces here and nowhere else.

#include <mpi.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace jetrain {

class Communicator {
 public:
  /// Duplicates `original`, so that our messages never meet those of other libraries. Collective. Where MPI
  /// has not been started, and of MPI_COMM_NULL, it is of this process alone and calls MPI for nothing.
  explicit Communicator(MPI_Comm original);
  static Communicator world() { return Communicator(MPI_COMM_WORLD); }
  /// The ranks that give the same color, in their order. Collective.
  Communicator split(int color) const;
  /// The ranks that share this one's memory, in their order. Collective.
  Communicator node() const;
  /// A communicator of this rank alone.
  static Communicator self() { return Communicator(MPI_COMM_SELF); }
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool is_root() const noexcept { return rank_ == 0; }
  MPI_Comm handle() const noexcept { return handle_; }
  /// Without MPI.
  bool is_alone() const noexcept { return handle_ == MPI_COMM_NULL; }

  void barrier() const;
  /// A barrier for ranks with nothing to do: they sleep and leave their cores to others.
  void wait_idle() const;

  /// Element-wise sums over all ranks, in place. Integers only: their sums do not depend on the order.
  void sum(std::span<std::int64_t> values) const;
  std::int64_t sum(std::int64_t value) const;
  std::int64_t max(std::int64_t value) const;
  std::int64_t min(std::int64_t value) const;
  double max(double value) const;
  /// The sum of `value` over all ranks before this one (0 on rank 0).
  std::int64_t sum_before(std::int64_t value) const;

  /// Sends root's bytes to all.
  void broadcast_bytes(std::span<std::byte> bytes, int root = 0) const;
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void broadcast(std::span<T> values, int root = 0) const {
    broadcast_bytes(std::as_writable_bytes(values), root);
  }
  std::string broadcast(const std::string& text, int root = 0) const;
  /// The same for a vector, whose length elsewhere becomes root's.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void broadcast(std::vector<T>& values, int root = 0) const {
    std::int64_t count = std::ssize(values);
    broadcast(std::span(&count, 1), root);
    values.resize(static_cast<std::size_t>(count));
    broadcast(std::span(values), root);
  }

  /// Every rank's value, in rank order, on every rank.
  std::vector<std::int64_t> all_gather(std::int64_t value) const;
  std::vector<double> all_gather(double value) const;

  /// The ranks' byte strings one after another in rank order, on root (empty elsewhere).
  std::vector<std::byte> gather_bytes(std::span<const std::byte> bytes, int root = 0) const;
  template <class T>
  requires std::is_trivially_copyable_v<T> std::vector<T> gather(std::span<const T> values, int root = 0)
  const {
    const std::vector<std::byte> bytes = gather_bytes(std::as_bytes(values), root);
    std::vector<T> all(bytes.size() / sizeof(T));
    if (!all.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
    return all;
  }

  /// Exchanges byte strings: `outgoing[r]` goes to rank r; the result's entry r came from rank r.
  std::vector<std::vector<std::byte>> exchange(const std::vector<std::vector<std::byte>>& outgoing) const;

  /// Runs `work` on every rank, then makes all ranks agree on its outcome: if it threw on any rank, all throw
  /// a CollectiveError with the message of the lowest such rank. Local work that can fail stands in here, so
  /// that no rank enters a later collective alone. `work` itself may call collectives only if they cannot be
  /// reached by some ranks alone. Collective.
  void agree(const std::function<void()>& work) const;

  /// The same for work inside libraries that write a file together: a rank that fails there may leave the
  /// others waiting for it. The message names the rank; and where the others do not come within five seconds,
  /// the failed rank says it itself and ends the job. Collective.
  void agree_while_writing(const std::function<void()>& work) const;

  /// Whether all ranks come here within five seconds. Where not, nothing collective may follow.
  bool all_come() const;

 private:
  struct Outcome;
  static Outcome outcome_of(const std::function<void()>& work);
  void throw_together(const Outcome& own, std::int64_t speaker) const;
  std::vector<std::byte> gather_padded(std::span<const std::byte> bytes,
                                       const std::vector<std::int64_t>& lengths, std::int64_t longest,
                                       int root) const;

  MPI_Comm handle_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace jetrain
