#pragma once

/// \file
/// Features of a whole jet, to stand beside its image (data.high_level).

#include <span>
#include <vector>

#include "jets/image.hpp"

namespace jetrain {

/// One value each, in the order of `features`; all 0 for a jet without constituents.
void high_level_features(std::span<const float, kConstituentFloats> constituents,
                         const std::vector<HighLevelFeature>& features, float* values);

}  // namespace jetrain
