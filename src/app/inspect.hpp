#pragma once

/// \file
/// `jetrain inspect FILE...`: what stands in a file of jets, before anyone trains on it.

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

/// Prints each file's storage, classes, splits and a physics check of its first rows, on rank 0. All ranks
/// read. Collective; DataError (agreed on) where a file cannot be read.
void inspect(const std::vector<std::string>& files, const Communicator& comm);

}  // namespace jetrain
