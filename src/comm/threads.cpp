#include "jetrain/comm/threads.hpp"

#include <omp.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

#include "jetrain/core/checked_cast.hpp"

namespace jetrain {

double share_of_cores(const Communicator& comm) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  sched_getaffinity(0, sizeof mine, &mine);
  const Communicator node = comm.node();

  std::vector<std::int64_t> users(CPU_SETSIZE);
  for (std::size_t core = 0; core < users.size(); ++core) users[core] = CPU_ISSET(core, &mine) ? 1 : 0;
  node.sum(users);
  double share = 0;
  for (std::size_t core = 0; core < users.size(); ++core) {
    if (CPU_ISSET(core, &mine)) share += 1.0 / static_cast<double>(users[core]);
  }
  return share;
}

int set_threads(int requested, const Communicator& comm) {
  int threads = std::max(1, static_cast<int>(share_of_cores(comm) + 1e-9));
  if (std::getenv("OMP_NUM_THREADS") != nullptr) threads = omp_get_max_threads();
  if (requested > 0) threads = requested;
  threads = checked_cast<int>(comm.min(threads));
  omp_set_num_threads(threads);
  return threads;
}

std::int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace jetrain
