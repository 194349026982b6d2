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

std::vector<Straggler> StragglerWatch::look(std::int64_t epoch, const std::vector<OwnTime>& mine) const {
  std::vector<Straggler> found;
  if (factor_ <= 0 || comm_.size() == 1) return found;
  std::vector<double> numbers;
  for (const OwnTime& time : mine) numbers.insert(numbers.end(), {time.seconds, time.work});
  const std::vector<double> all = comm_.gather(std::span<const double>(numbers));
  if (!comm_.is_root()) return found;

  for (std::size_t phase = 0; phase < mine.size(); ++phase) {
    const auto number = [&](int rank, std::size_t which) {
      return all[static_cast<std::size_t>(rank) * numbers.size() + 2 * phase + which];
    };
    std::vector<double> rates;
    for (int rank = 0; rank < comm_.size(); ++rank) {
      if (number(rank, 1) > 0) rates.push_back(number(rank, 0) / number(rank, 1));
    }
    if (rates.size() < 2) continue;
    const double middle = median(rates, OfTwo::lower);
    std::vector<Straggler> slow;
    for (int rank = 0; rank < comm_.size(); ++rank) {
      const double seconds = number(rank, 0);
      const double usual = middle * number(rank, 1);
      if (usual <= 0) continue;  // it had no work: what it took is not its own doing
      if (seconds <= factor_ * usual || seconds - usual < kLeastSeconds) continue;
      slow.push_back(
          {epoch, rank, hosts_[static_cast<std::size_t>(rank)], mine[phase].phase, seconds, seconds / usual});
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
