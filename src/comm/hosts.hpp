#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

/// The host names of all ranks, in rank order, on every rank (at most 63 characters each). Collective.
std::vector<std::string> gather_host_names(const Communicator& comm);

}  // namespace jetrain
