#pragma once

/// \file
/// `jetrain inspect FILE...`: what stands in a file of jets, before anyone trains on it.

#include <string>
#include <vector>

#include "comm/communicator.hpp"

namespace jetrain {

struct InspectOptions {
  std::vector<std::string> files;
  std::vector<std::string> assignments;  ///< --set words, of data
};

/// Prints, of each file, which columns are read as what, its storage, classes, splits and a physics check of
/// its first rows, on rank 0. Where no preset and no columns are named, the preset that fits. All ranks read.
/// Collective; DataError (agreed on) where a file cannot be read.
void inspect(const InspectOptions& options, const Communicator& comm);

}  // namespace jetrain
