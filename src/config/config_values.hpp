#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace jetrain {

/// Every scalar of the resolved config, in its order, with its dotted key: ("model.layers[2].dense.units",
/// "64").
std::vector<std::pair<std::string, std::string>> config_values(const Config& config);

}  // namespace jetrain
