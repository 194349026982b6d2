#pragma once

#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

/// The logical processors that this rank may use, rising: its process', or, where OpenMP binds threads to
/// some of them (OMP_PROC_BIND), its threads'.
std::vector<int> usable_cpus();

/// Processors that this rank may use, each divided by how many ranks of the node may. Collective.
double share_of_cores(const Communicator& comm);

/// Sets the number of OpenMP threads of this rank and returns it: `requested` if above 0; else
/// OMP_NUM_THREADS; else this rank's share of the cores that the ranks of its node may use. The same on all
/// ranks (the smallest), so that every worker counts alike. Collective.
int set_threads(int requested, const Communicator& comm);

/// Peak resident memory of this process so far.
std::int64_t peak_rss_bytes();

}  // namespace jetrain
