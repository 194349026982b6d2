#pragma once

/// \file
/// Features of a whole jet, to stand beside its image (data.high_level).

#include <span>
#include <string>
#include <vector>

#include "jets/image.hpp"

namespace jetrain {

/// One value a name, in the order of `names`; all 0 for a jet without constituents.
void high_level_features(std::span<const float> constituents, const std::vector<std::string>& names,
                         float* values);

}  // namespace jetrain
