#include "comm/rank_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <thread>

#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "core/wrapping_sum.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::size_t kLine = 8;     // elements of a cache line, which two ranks do not write
constexpr std::size_t kPage = 4096;  // bytes

/// Whether sharing memory succeeded on all ranks. Collective; but a rank that fails alone leaves others
/// inside of the call that failed, where no word reaches them: it waits for them for a while, and then ends
/// the job.
bool all_share(int status, const Communicator& comm) {
  constexpr double kPatienceSeconds = 10;
  int good = status == MPI_SUCCESS ? 1 : 0;
  MPI_Request agreed = MPI_REQUEST_NULL;
  MPI_Iallreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, comm.handle(), &agreed);
  const progress::Waiting waiting;
  const Stopwatch watch;
  while (true) {
    int done = 0;
    MPI_Test(&agreed, &done, MPI_STATUS_IGNORE);
    if (done != 0) return good != 0;
    if (status != MPI_SUCCESS && watch.seconds() > kPatienceSeconds) {
      std::array<char, MPI_MAX_ERROR_STRING> text{};
      int length = 0;
      MPI_Error_string(status, text.data(), &length);
      throw Error(
          fmt::format("MPI has no memory that ranks of a host share ({}); train.allreduce: flat does "
                      "without it",
                      text.data()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

RankSum::RankSum(std::size_t count, Method wanted, const Communicator& comm) : count_(count), comm_(comm) {
  if (wanted == Method::hierarchical && comm.size() > 1) {
    node_.emplace(comm.node());
    if (comm.max(std::int64_t{node_->size()}) > 1) share_memory();
  }
  if (window_ != MPI_WIN_NULL) return;
  node_.reset();
  own_ = AlignedBuffer<std::int64_t>(count);
  mine_ = total_ = own_.data();
}

RankSum::~RankSum() {
  if (window_ == MPI_WIN_NULL) return;
  // Freeing is collective: after an error that other ranks may not know of, it would wait for them for ever.
  if (std::uncaught_exceptions() > 0) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

/// Each rank's addends lie in its own part of the node's memory, the totals after those of the node's first.
void RankSum::share_memory() {
  const std::size_t bytes = (count_ * sizeof(std::int64_t) + kPage - 1) / kPage * kPage;
  MPI_Info apart = MPI_INFO_NULL;  // so that each rank's part can lie in memory that is near it
  MPI_Info_create(&apart);
  MPI_Info_set(apart, "alloc_shared_noncontig", "true");
  MPI_Comm_set_errhandler(node_->handle(), MPI_ERRORS_RETURN);
  void* memory = nullptr;
  const int status = MPI_Win_allocate_shared(static_cast<MPI_Aint>(node_->is_root() ? 2 * bytes : bytes), 1,
                                             apart, node_->handle(), &memory, &window_);
  MPI_Comm_set_errhandler(node_->handle(), MPI_ERRORS_ARE_FATAL);
  MPI_Info_free(&apart);
  if (!all_share(status, comm_)) {  // no room for shared memory, perhaps
    if (status == MPI_SUCCESS) MPI_Win_free(&window_);
    window_ = MPI_WIN_NULL;
    return;
  }
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  std::vector<std::int64_t*> parts;
  for (int rank = 0; rank < node_->size(); ++rank) {
    MPI_Aint size = 0;
    int unit = 0;
    void* part = nullptr;
    MPI_Win_shared_query(window_, rank, &size, &unit, &part);
    parts.push_back(static_cast<std::int64_t*>(part));
  }
  addends_.assign(parts.begin(), parts.end());
  mine_ = parts[static_cast<std::size_t>(node_->rank())];
  total_ = parts.front() + bytes / sizeof(std::int64_t);
  std::fill_n(mine_, count_, 0);  // touched first by the rank that writes it

  // As many slices as the smallest node has ranks, so that each has an owner on every node.
  const std::int64_t lanes = comm_.min(std::int64_t{node_->size()});
  lane_.emplace(comm_.split(static_cast<int>(std::min<std::int64_t>(node_->rank(), lanes))));
  if (node_->rank() >= lanes) return;
  const auto border = [&](std::int64_t lane) {
    const auto lines = static_cast<std::int64_t>((count_ + kLine - 1) / kLine);
    return std::min(count_, static_cast<std::size_t>(lines * lane / lanes) * kLine);
  };
  slice_begin_ = border(node_->rank());
  slice_end_ = border(node_->rank() + 1);
}

void RankSum::add() {
  if (comm_.size() == 1) return;
  if (window_ == MPI_WIN_NULL) return comm_.sum(mine());
  const progress::Waiting waiting;
  MPI_Win_sync(window_);
  MPI_Barrier(node_->handle());  // all addends are there
  MPI_Win_sync(window_);
  add_slice();
  if (slice_end_ > slice_begin_ && lane_->size() > 1)
    lane_->sum({total_ + slice_begin_, slice_end_ - slice_begin_});
  MPI_Win_sync(window_);
  MPI_Barrier(node_->handle());  // all totals are there
  MPI_Win_sync(window_);
}

void RankSum::add_slice() {
  constexpr std::size_t kBlock = 1024;  // stays in the nearest cache while the ranks are gone through
#pragma omp parallel for schedule(static)
  for (std::size_t begin = slice_begin_; begin < slice_end_; begin += kBlock) {
    const std::size_t end = std::min(slice_end_, begin + kBlock);
    std::copy(addends_[0] + begin, addends_[0] + end, total_ + begin);
    for (std::size_t rank = 1; rank < addends_.size(); ++rank) {
      for (std::size_t i = begin; i < end; ++i) total_[i] = wrapping_sum(total_[i], addends_[rank][i]);
    }
  }
}

}  // namespace jetrain
