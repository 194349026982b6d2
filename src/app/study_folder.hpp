#pragma once

#include <string>

#include "config/config.hpp"

namespace jetrain {

/// Makes `folder` the place of a study with this config, kept in its `file`. A study that is there already
/// goes on only as the one that was begun: UsageError, with the key, where the config differs. On one rank.
void keep_study(const std::string& folder, const std::string& file, const Config& config);

}  // namespace jetrain
