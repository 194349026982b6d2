#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"

namespace jetrain {

/// Rank 0 reads the file, all ranks parse its text; errors are agreed on. Collective.
Config load_config(const std::string& path, const std::vector<std::string>& assignments, bool data_required,
                   const Communicator& comm);

}  // namespace jetrain
