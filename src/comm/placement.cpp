#include "comm/placement.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "comm/cgroup.hpp"
#include "comm/hosts.hpp"
#include "comm/threads.hpp"
#include "core/checked_cast.hpp"

namespace jetrain {
namespace {

/// Hyper-threads of one core name the same siblings; where the kernel does not tell, each is its own core.
int count_cores(const std::vector<int>& cpus) {
  std::set<std::string> cores;
  for (const int cpu : cpus) {
    std::string siblings;
    std::getline(
        std::ifstream(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu)),
        siblings);
    cores.insert(siblings.empty() ? std::to_string(cpu) : siblings);
  }
  return checked_cast<int>(std::ssize(cores));
}

std::int64_t usable_memory() {
  const std::int64_t installed = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::optional<GroupLimit> limit = memory_limit();
  if (!limit || limit->amount >= static_cast<double>(installed)) return installed;
  return static_cast<std::int64_t>(limit->amount);
}

/// Ranks with the same complaint, told once.
void add_warning(std::vector<std::string>& warnings,
                 const std::map<std::string, std::vector<int>>& ranks_of) {
  for (const auto& [complaint, ranks] : ranks_of) {
    warnings.push_back(
        fmt::format("rank{} {}: {}", ranks.size() == 1 ? "" : "s", number_ranges(ranks), complaint));
  }
}

}  // namespace

std::vector<Placement> gather_placements(int threads, const Communicator& comm) {
  const std::vector<int> cpus = usable_cpus();
  struct Numbers {
    std::int64_t cpus, cores, threads, memory;
    double share, quota;
  };
  const double share = share_of_cores(comm);
  const double quota = share_of_quota(comm);
  const Numbers mine{std::ssize(cpus), count_cores(cpus), threads, usable_memory(), share, quota};
  const std::vector<std::string> hosts = gather_host_names(comm);
  const std::vector<Numbers> numbers = comm.gather(std::span<const Numbers>(&mine, 1));
  const std::vector<int> all_cpus = comm.gather(std::span<const int>(cpus));
  std::vector<Placement> placements;
  auto next = all_cpus.begin();
  for (std::size_t rank = 0; rank < numbers.size(); ++rank) {
    const Numbers& n = numbers[rank];
    placements.push_back({hosts[rank], std::vector<int>(next, next + n.cpus), checked_cast<int>(n.cores),
                          checked_cast<int>(n.threads), n.share, n.memory, n.quota});
    next += n.cpus;
  }
  return placements;
}

std::string number_ranges(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += text.empty() ? "" : ",";
    text += last == i ? fmt::format("{}", numbers[i]) : fmt::format("{}-{}", numbers[i], numbers[last]);
    i = last + 1;
  }
  return text;
}

std::vector<std::string> placement_warnings(const std::vector<Placement>& placements) {
  std::map<std::string, std::vector<int>> one_core;
  std::map<std::string, std::vector<int>> crowded;
  std::map<std::string, std::vector<int>> hyper_threads;
  for (std::size_t r = 0; r < placements.size(); ++r) {
    const Placement& p = placements[r];
    const auto rank = static_cast<int>(r);
    if (p.threads > 1 && p.cpus.size() == 1) {
      one_core[fmt::format(
                   "bound to one core, which {0} threads share; give each rank {0} cores (mpirun --map-by "
                   "slot:PE={0} --bind-to core, srun --cpus-per-task={0}), or do not bind (--bind-to none)",
                   p.threads)]
          .push_back(rank);
    } else if (p.threads > p.share + 1e-6) {
      const bool limited = p.quota < p.share + 1e-6;
      const bool shared = !limited && p.share < static_cast<double>(p.cpus.size()) - 1e-6;
      crowded[fmt::format(
                  "{} thread{} for {:.4g} core{}{}; {}: start fewer ranks or threads{}", p.threads,
                  p.threads == 1 ? "" : "s", p.share, p.share == 1 ? "" : "s",
                  limited
                      ? ", since a quota of the control group (container, batch system) gives no more time"
                  : shared ? ", since ranks share them"
                           : "",
                  limited ? "all of them stand still when it is used up"
                          : "waiting threads take time from working ones",
                  limited  ? ", or ask for more cores"
                  : shared ? ", or bind each rank to cores of its own"
                           : "")]
          .push_back(rank);
    } else if (p.threads > p.cores) {
      hyper_threads[fmt::format("{} threads on {} cores, two hyper-threads each; one thread fills a core's "
                                "vector units: use {}",
                                p.threads, p.cores, p.cores)]
          .push_back(rank);
    }
  }
  std::vector<std::string> warnings;
  for (const auto* complaints : {&one_core, &crowded, &hyper_threads}) add_warning(warnings, *complaints);
  return warnings;
}

}  // namespace jetrain
