#pragma once

/// \file
/// Where ranks and threads run, as the operating system lets them: what a launcher's binding options came to.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

/// One rank's place.
struct Placement {
  std::string host;
  std::vector<int> cpus;  ///< logical processors that it may use, rising
  int cores = 0;          ///< physical cores under them
  int threads = 0;        ///< OpenMP threads that it starts
  double share = 0;  ///< of processors, where each is divided among the ranks that may use it, or of a quota
  std::int64_t memory_bytes = 0;  ///< of the host, or of the control group that limits it
  /// Its part of a control group's CPU time, in cores.
  double quota = std::numeric_limits<double>::infinity();
};

/// Of all ranks, in rank order, on rank 0 (empty elsewhere). Collective.
std::vector<Placement> gather_placements(int threads, const Communicator& comm);

/// "0-3,8": rising numbers in the kernel's list format.
std::string number_ranges(const std::vector<int>& numbers);

/// What is wrong with them, in sentences for the user.
std::vector<std::string> placement_warnings(const std::vector<Placement>& placements);

}  // namespace jetrain
