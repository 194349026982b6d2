#pragma once

#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

/// The logical processors that this rank may use, rising: its process', or, where OpenMP binds threads to
/// some of them (OMP_PROC_BIND), its threads'.
std::vector<int> usable_cpus();

/// This rank's part of the CPU time that a quota leaves it and the ranks of the node in the same control
/// group, in cores (comm/cgroup.hpp); infinity where there is none. Collective.
double share_of_quota(const Communicator& comm);

/// Processors that this rank may use, each divided by how many ranks of the node may; no more than its share
/// of a quota. Collective.
double share_of_cores(const Communicator& comm);

/// Sets the number of OpenMP threads of this rank and returns it: `requested` if above 0; else
/// OMP_NUM_THREADS; else this rank's share of the cores that the ranks of its node may use. The same on all
/// ranks (the smallest), so that every worker counts alike. Collective.
int set_threads(int requested, const Communicator& comm);

/// Peak resident memory of this process so far.
std::int64_t peak_rss_bytes();

}  // namespace jetrain
