#include "comm/communicator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <numeric>
#include <thread>
#include <utility>

#include "comm/environment.hpp"
#include "core/checked_cast.hpp"
#include "core/host_name.hpp"
#include "core/out_of_memory.hpp"
#include "core/progress.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kPieceBytes = std::int64_t{1} << 30;

/// Calls `send(offset, count)` for pieces of at most 2^30 bytes of `total` elements of `element_bytes` each.
template <class Send>
void in_pieces(std::int64_t total, std::int64_t element_bytes, const Send& send) {
  const std::int64_t piece = kPieceBytes / element_bytes;
  for (std::int64_t offset = 0; offset < total; offset += piece) {
    send(offset, checked_cast<int>(std::min(piece, total - offset)));
  }
}

bool mpi_runs() {
  int started = 0;
  int ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  return started != 0 && ended == 0;
}

/// By which a message names this process, also where its communicator is a part of all ranks.
int world_rank() {
  int rank = 0;
  if (mpi_runs()) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

template <class T>
T all_reduce(T value, MPI_Datatype type, MPI_Op operation, MPI_Comm comm) {
  if (comm == MPI_COMM_NULL) return value;
  T result{};
  const progress::Waiting waiting;
  MPI_Allreduce(&value, &result, 1, type, operation, comm);
  return result;
}

template <class T>
std::vector<T> all_gather_values(T value, MPI_Datatype type, int size, MPI_Comm comm) {
  if (comm == MPI_COMM_NULL) return {value};
  std::vector<T> all(static_cast<std::size_t>(size));
  const progress::Waiting waiting;
  MPI_Allgather(&value, 1, type, all.data(), 1, type, comm);
  return all;
}

/// How long a rank that failed waits for the others.
constexpr std::chrono::seconds kPatience(5);

bool done_within(std::chrono::seconds patience, MPI_Request& request) {
  const auto end = std::chrono::steady_clock::now() + patience;
  int done = 0;
  for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); done == 0;
       MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace

struct Communicator::Outcome {
  std::string message;
  ExitStatus status = ExitStatus::done;
  bool good() const noexcept { return status == ExitStatus::done; }
};

Communicator::Outcome Communicator::outcome_of(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const OutOfMemory& error) {  // each rank has its own
    return {fmt::format("rank {}: {}", world_rank(), error.what()), error.status()};
  } catch (const Error& error) {
    return {error.what(), error.status()};
  } catch (const std::exception& error) {
    if (is_out_of_memory(error))
      return {fmt::format("rank {}: {}", world_rank(), message_of(error)), ExitStatus::failed};
    return {error.what(), ExitStatus::failed};
  }
}

Communicator::Communicator(MPI_Comm original) {
  if (original == MPI_COMM_NULL || !mpi_runs()) return;
  MPI_Comm_dup(original, &handle_);
  MPI_Comm_rank(handle_, &rank_);
  MPI_Comm_size(handle_, &size_);
}

Communicator Communicator::split(int color) const {
  if (is_alone()) return Communicator(MPI_COMM_NULL);
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(handle_, color, rank_, &part);
  Communicator duplicate(part);
  MPI_Comm_free(&part);
  return duplicate;
}

Communicator Communicator::node() const {
  if (is_alone()) return Communicator(MPI_COMM_NULL);
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part);
  Communicator duplicate(part);
  MPI_Comm_free(&part);
  return duplicate;
}

Communicator::~Communicator() {
  if (handle_ != MPI_COMM_NULL) MPI_Comm_free(&handle_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(handle_, other.handle_);
  rank_ = other.rank_;
  size_ = other.size_;
  return *this;
}

void Communicator::barrier() const {
  if (is_alone()) return;
  const progress::Waiting waiting;
  MPI_Barrier(handle_);
}

void Communicator::wait_idle() const {
  if (is_alone()) return;
  MPI_Request arrived = MPI_REQUEST_NULL;
  MPI_Ibarrier(handle_, &arrived);
  int done = 0;
  while (true) {
    MPI_Test(&arrived, &done, MPI_STATUS_IGNORE);
    if (done != 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Communicator::sum(std::span<std::int64_t> values) const {
  if (is_alone()) return;
  const progress::Waiting waiting;
  in_pieces(std::ssize(values), sizeof(std::int64_t), [&](std::int64_t offset, int count) {
    MPI_Allreduce(MPI_IN_PLACE, values.data() + offset, count, MPI_INT64_T, MPI_SUM, handle_);
  });
}

std::int64_t Communicator::sum(std::int64_t value) const {
  return all_reduce(value, MPI_INT64_T, MPI_SUM, handle_);
}
std::int64_t Communicator::max(std::int64_t value) const {
  return all_reduce(value, MPI_INT64_T, MPI_MAX, handle_);
}
std::int64_t Communicator::min(std::int64_t value) const {
  return all_reduce(value, MPI_INT64_T, MPI_MIN, handle_);
}
double Communicator::max(double value) const {
  return all_reduce(value, MPI_DOUBLE, MPI_MAX, handle_);
}

std::int64_t Communicator::sum_before(std::int64_t value) const {
  const std::vector<std::int64_t> all = all_gather(value);
  return std::accumulate(all.begin(), all.begin() + rank_, std::int64_t{0});
}

void Communicator::broadcast_bytes(std::span<std::byte> bytes, int root) const {
  if (is_alone()) return;
  const progress::Waiting waiting;
  in_pieces(std::ssize(bytes), 1, [&](std::int64_t offset, int count) {
    MPI_Bcast(bytes.data() + offset, count, MPI_BYTE, root, handle_);
  });
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  std::int64_t length = std::ssize(text);
  broadcast(std::span(&length, 1), root);
  std::string result = rank_ == root ? text : std::string(static_cast<std::size_t>(length), '\0');
  broadcast(std::span(result.data(), result.size()), root);
  return result;
}

std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const {
  return all_gather_values(value, MPI_INT64_T, size_, handle_);
}
std::vector<double> Communicator::all_gather(double value) const {
  return all_gather_values(value, MPI_DOUBLE, size_, handle_);
}

std::vector<std::byte> Communicator::gather_bytes(std::span<const std::byte> bytes, int root) const {
  if (is_alone()) return {bytes.begin(), bytes.end()};
  const std::vector<std::int64_t> lengths = all_gather(std::ssize(bytes));
  const std::int64_t total = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  // Short strings of about the same length go up a tree, so that root need not hear each rank for itself.
  constexpr std::int64_t kShort = 65536;
  const progress::Waiting waiting;
  if (longest <= kShort && longest * size_ <= 2 * total) return gather_padded(bytes, lengths, longest, root);

  std::vector<std::byte> all;
  if (rank_ != root) {
    in_pieces(std::ssize(bytes), 1, [&](std::int64_t offset, int count) {
      MPI_Send(bytes.data() + offset, count, MPI_BYTE, root, 0, handle_);
    });
    return all;
  }
  all.resize(static_cast<std::size_t>(total));
  std::byte* next = all.data();
  for (int source = 0; source < size_; ++source) {
    const std::int64_t length = lengths[static_cast<std::size_t>(source)];
    if (source == root) {
      std::copy(bytes.begin(), bytes.end(), next);
    } else {
      in_pieces(length, 1, [&](std::int64_t offset, int count) {
        MPI_Recv(next + offset, count, MPI_BYTE, source, 0, handle_, MPI_STATUS_IGNORE);
      });
    }
    next += length;
  }
  return all;
}

/// By MPI_Gather, which wants equal lengths; the gaps are closed afterwards.
std::vector<std::byte> Communicator::gather_padded(std::span<const std::byte> bytes,
                                                   const std::vector<std::int64_t>& lengths,
                                                   std::int64_t longest, int root) const {
  std::vector<std::byte> own(bytes.begin(), bytes.end());
  own.resize(static_cast<std::size_t>(longest));
  std::vector<std::byte> all(rank_ == root ? own.size() * lengths.size() : 0);
  const int count = checked_cast<int>(longest);
  MPI_Gather(own.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, root, handle_);
  if (rank_ != root) return all;
  auto next = all.begin();
  for (std::size_t source = 0; source < lengths.size(); ++source)
    next = std::copy_n(all.begin() + static_cast<std::int64_t>(source) * longest, lengths[source], next);
  all.erase(next, all.end());
  return all;
}

std::vector<std::vector<std::byte>> Communicator::exchange(
    const std::vector<std::vector<std::byte>>& outgoing) const {
  if (is_alone()) return outgoing;
  const auto ranks = static_cast<std::size_t>(size_);
  std::vector<std::int64_t> out_lengths(ranks);
  std::vector<std::int64_t> in_lengths(ranks);
  for (std::size_t r = 0; r < ranks; ++r) out_lengths[r] = std::ssize(outgoing[r]);
  const progress::Waiting waiting;
  MPI_Alltoall(out_lengths.data(), 1, MPI_INT64_T, in_lengths.data(), 1, MPI_INT64_T, handle_);

  // Each begins with its right-hand neighbour, so that they do not all turn to rank 0 at once, then to 1, ...
  std::vector<std::vector<std::byte>> incoming(ranks);
  std::vector<MPI_Request> requests;
  const auto me = static_cast<std::size_t>(rank_);
  incoming[me] = outgoing[me];
  for (std::size_t step = 1; step < ranks; ++step) {
    const std::size_t from = (me + ranks - step) % ranks;
    incoming[from].resize(static_cast<std::size_t>(in_lengths[from]));
    in_pieces(in_lengths[from], 1, [&](std::int64_t offset, int count) {
      MPI_Irecv(incoming[from].data() + offset, count, MPI_BYTE, static_cast<int>(from), 0, handle_,
                &requests.emplace_back());
    });
  }
  for (std::size_t step = 1; step < ranks; ++step) {
    const std::size_t to = (me + step) % ranks;
    in_pieces(out_lengths[to], 1, [&](std::int64_t offset, int count) {
      MPI_Isend(outgoing[to].data() + offset, count, MPI_BYTE, static_cast<int>(to), 0, handle_,
                &requests.emplace_back());
    });
  }
  MPI_Waitall(checked_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  return incoming;
}

void Communicator::agree(const std::function<void()>& work) const {
  const Outcome outcome = outcome_of(work);
  throw_together(outcome, min(outcome.good() ? size_ : rank_));
}

void Communicator::agree_while_writing(const std::function<void()>& work) const {
  if (is_alone()) return agree(work);
  Outcome outcome = outcome_of(work);
  if (!outcome.good() && size_ > 1)
    outcome.message = fmt::format("{} (rank {} on {})", outcome.message, rank_, host_name());
  const std::int64_t candidate = outcome.good() ? size_ : rank_;
  std::int64_t speaker = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  const progress::Waiting waiting;
  MPI_Iallreduce(&candidate, &speaker, 1, MPI_INT64_T, MPI_MIN, handle_, &request);
  if (outcome.good()) {
    MPI_Wait(&request, MPI_STATUS_IGNORE);
  } else if (!done_within(kPatience, request)) {
    Environment::end_job(outcome.message, outcome.status, rank_);
  }
  throw_together(outcome, speaker);
}

bool Communicator::all_come() const {
  if (is_alone()) return true;
  MPI_Request request = MPI_REQUEST_NULL;
  const progress::Waiting waiting;
  MPI_Ibarrier(handle_, &request);
  return done_within(kPatience, request);
}

void Communicator::throw_together(const Outcome& own, std::int64_t speaker) const {
  if (speaker == size_) return;
  const int root = checked_cast<int>(speaker);
  int code = static_cast<int>(own.status);
  broadcast(std::span(&code, 1), root);
  throw CollectiveError(broadcast(own.message, root), static_cast<ExitStatus>(code));
}

}  // namespace jetrain
