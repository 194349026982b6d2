#pragma once

/// \file
/// Element-wise sums over all ranks that are needed again and again: the allreduce of the gradients.
///
/// `hierarchical`: the ranks of a node add by shared memory, each its slice of the elements; then each slice
/// travels between nodes on its own, by an allreduce of the ranks that own it. A node sends and receives what
/// one rank would, whatever its number of ranks, all of them sharing the work (a multi-leader reduction;
/// Bayatpour et al., "Scalable reduction collectives with data partitioning-based multi-leader design",
/// SC'17). `flat`: one MPI_Allreduce over all ranks. Integer sums: both give the same bits.

#include <mpi.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/aligned_buffer.hpp"
#include "core/allreduce.hpp"

namespace jetrain {

class RankSum {
 public:
  using Method = Allreduce;

  /// Falls back to `flat` where no node has two ranks, or none of its memory can be shared. Collective.
  RankSum(std::size_t count, Method wanted, const Communicator& comm);
  ~RankSum();
  RankSum(const RankSum&) = delete;
  RankSum& operator=(const RankSum&) = delete;

  std::size_t size() const noexcept { return count_; }
  Method method() const noexcept { return window_ == MPI_WIN_NULL ? Method::flat : Method::hierarchical; }
  /// This rank's addends, to be written before each `add`.
  std::span<std::int64_t> mine() noexcept { return {mine_, count_}; }
  /// Makes `total` the sums over all ranks. Collective.
  void add();
  /// Valid until `mine` is written or `add` is called again.
  std::span<const std::int64_t> total() const noexcept { return {total_, count_}; }

 private:
  void share_memory();
  void add_slice();

  std::size_t count_;
  const Communicator& comm_;
  AlignedBuffer<std::int64_t> own_;  ///< of the flat method
  std::int64_t* mine_ = nullptr;
  std::int64_t* total_ = nullptr;

  MPI_Win window_ = MPI_WIN_NULL;
  std::optional<Communicator> node_;
  std::optional<Communicator> lane_;          ///< the owners of this rank's slice on all nodes
  std::vector<const std::int64_t*> addends_;  ///< of the ranks of this node
  std::size_t slice_begin_ = 0;
  std::size_t slice_end_ = 0;
};

}  // namespace jetrain
