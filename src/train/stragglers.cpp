#include "train/stragglers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "comm/hosts.hpp"
#include "core/order_statistics.hpp"

namespace jetrain {
namespace {

/// So many of a phase are named: a node of many cores may be slow with all its ranks.
constexpr std::size_t kNamed = 4;
constexpr double kLeastSeconds = 0.05;  // a process may lose that much to the operating system

}  // namespace

std::string describe(const Straggler& s) {
  return fmt::format(
      "straggler: rank {} on {} took {:.1f} times as long as the median rank for {}{} ({:.1f} s{})", s.rank,
      s.host, s.factor, s.phase, s.epoch > 0 ? fmt::format(" in epoch {}", s.epoch) : std::string(),
      s.seconds, s.others > 0 ? fmt::format("; so did {} more ranks, less slow", s.others) : std::string());
}

StragglerWatch::StragglerWatch(double factor, const Communicator& comm)
    : factor_(factor), comm_(comm), hosts_(gather_host_names(comm)) {}

RankTimes gather_times(const std::vector<OwnTime>& mine, const Communicator& comm) {
  std::vector<double> numbers;
  for (const OwnTime& time : mine) numbers.insert(numbers.end(), {time.seconds, time.work});
  const std::vector<double> all = comm.gather(std::span<const double>(numbers));
  RankTimes times;
  for (auto next = all.begin(); next != all.end();) {
    std::vector<OwnTime>& of_rank = times.emplace_back(mine);
    for (OwnTime& time : of_rank) {
      time.seconds = *next++;
      time.work = *next++;
    }
  }
  return times;
}

std::vector<Straggler> StragglerWatch::find(std::int64_t epoch, const RankTimes& times) const {
  std::vector<Straggler> found;
  if (factor_ <= 0 || times.size() < 2) return found;
  for (std::size_t phase = 0; phase < times.front().size(); ++phase) {
    std::vector<double> rates;
    for (const std::vector<OwnTime>& of_rank : times) {
      if (of_rank[phase].work > 0) rates.push_back(of_rank[phase].seconds / of_rank[phase].work);
    }
    if (rates.size() < 2) continue;
    const double middle = median(rates, OfTwo::lower);
    std::vector<Straggler> slow;
    for (std::size_t rank = 0; rank < times.size(); ++rank) {
      const OwnTime& time = times[rank][phase];
      const double usual = middle * time.work;
      if (usual <= 0) continue;  // it had no work: what it took is not its own doing
      if (time.seconds <= factor_ * usual || time.seconds - usual < kLeastSeconds) continue;
      slow.push_back(
          {epoch, static_cast<int>(rank), hosts_[rank], time.phase, time.seconds, time.seconds / usual});
    }
    std::stable_sort(slow.begin(), slow.end(),
                     [](const Straggler& a, const Straggler& b) { return a.factor > b.factor; });
    if (slow.size() > kNamed) {
      slow[kNamed - 1].others = std::ssize(slow) - static_cast<std::int64_t>(kNamed);
      slow.resize(kNamed);
    }
    found.insert(found.end(), slow.begin(), slow.end());
  }
  return found;
}

}  // namespace jetrain
