#include "scaling/probe.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "core/checked_cast.hpp"
#include "core/order_statistics.hpp"
#include "core/stopwatch.hpp"

namespace jetrain {
namespace {

constexpr int kRepeats = 15;
constexpr std::int64_t kSmallestCount = 64;
constexpr std::size_t kSmallMessage = 64;  // bytes

/// The median of several calls, all ranks beginning together; of the slowest rank.
double median_seconds(const std::function<void()>& call, const Communicator& comm) {
  std::vector<double> seconds;
  for (int i = 0; i < kRepeats; ++i) {
    comm.barrier();
    const Stopwatch watch;
    call();
    seconds.push_back(watch.seconds());
  }
  return comm.max(median(seconds));
}

double time_allreduce(std::int64_t count, RankSum::Method method, const Communicator& comm) {
  RankSum sum(static_cast<std::size_t>(count), method, comm);
  const auto add = [&] {
    std::fill(sum.mine().begin(), sum.mine().end(), 1);  // as in a step, the addends were just written
    sum.add();
  };
  const auto fill = [&] { std::fill(sum.mine().begin(), sum.mine().end(), 1); };
  add();
  const double seconds = median_seconds(add, comm) - median_seconds(fill, comm);
  return std::max(seconds, 0.0);
}

double time_adding(std::int64_t count, const Communicator& comm) {
  const std::vector<std::int64_t> from(static_cast<std::size_t>(count), 1);
  std::vector<std::int64_t> to(from);
  const double seconds = median_seconds(
      [&] { MPI_Reduce_local(from.data(), to.data(), checked_cast<int>(count), MPI_INT64_T, MPI_SUM); },
      comm);
  return seconds / static_cast<double>(count * static_cast<std::int64_t>(sizeof(std::int64_t)));
}

double time_messages(const Communicator& comm) {
  const std::vector<std::vector<std::byte>> outgoing(static_cast<std::size_t>(comm.size()),
                                                     std::vector<std::byte>(kSmallMessage));
  return median_seconds([&] { comm.exchange(outgoing); }, comm) / (comm.size() - 1);
}

}  // namespace

CommunicationProbe probe_communication(std::int64_t count, RankSum::Method method, const Communicator& comm) {
  CommunicationProbe probe;
  probe.add_byte_seconds = time_adding(std::max(count, kSmallestCount), comm);
  if (comm.size() == 1) return probe;
  for (std::int64_t c = std::max(count, kSmallestCount); c >= kSmallestCount; c /= 4)
    probe.allreduce[c * static_cast<std::int64_t>(sizeof(std::int64_t))] = time_allreduce(c, method, comm);
  probe.message_seconds = time_messages(comm);
  return probe;
}

}  // namespace jetrain
