#include "comm/threads.hpp"

#include <omp.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "comm/cgroup.hpp"
#include "core/checked_cast.hpp"

namespace jetrain {

std::vector<int> usable_cpus() {
  std::vector<int> cpus;
  const auto add_mine = [&] {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
  };
  if (omp_get_proc_bind() == omp_proc_bind_false) {
    add_mine();
    return cpus;
  }
#pragma omp parallel
  {
#pragma omp critical
    add_mine();
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

double share_of_quota(const Communicator& comm) {
  const std::optional<GroupLimit> quota = cpu_quota();
  const Communicator node = comm.node();
  const auto group = static_cast<std::int64_t>(quota ? std::hash<std::string>()(quota->group) >> 1 : 0);
  const std::vector<std::int64_t> groups = node.all_gather(group);
  if (!quota) return std::numeric_limits<double>::infinity();
  return quota->amount / static_cast<double>(std::count(groups.begin(), groups.end(), group));
}

double share_of_cores(const Communicator& comm) {
  const std::vector<int> mine = usable_cpus();
  const Communicator node = comm.node();

  std::vector<std::int64_t> users(CPU_SETSIZE);
  for (const int cpu : mine) users[static_cast<std::size_t>(cpu)] = 1;
  node.sum(users);
  double share = 0;
  for (const int cpu : mine) share += 1.0 / static_cast<double>(users[static_cast<std::size_t>(cpu)]);
  return std::min(share, share_of_quota(comm));
}

int set_threads(int requested, const Communicator& comm) {
  int threads = std::max(1, static_cast<int>(share_of_cores(comm) + 1e-9));
  if (std::getenv("OMP_NUM_THREADS") != nullptr) threads = omp_get_max_threads();
  if (requested > 0) threads = requested;
  threads = checked_cast<int>(comm.min(threads));
  omp_set_num_threads(threads);
  return threads;
}

/// ru_maxrss lives through fork and exec: it may be that of the program that started this one.
std::int64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    long kilobytes = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %ld kB", &kilobytes) == 1) return std::int64_t{kilobytes} * 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace jetrain
