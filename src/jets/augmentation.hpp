#pragma once

/// \file
/// Image augmentation: each epoch, every training jet is turned, mirrored and smeared a little, before it is
/// binned. What happens is a function of (seed, epoch, number of the jet in its set). Training samples then
/// hold constituents instead of pixels: a cloud.

#include <cstdint>

#include "core/grid.hpp"

namespace jetrain {

/// The positions of a cloud: kCloudFields for each constituent, in the order pT, u, w (its coordinates in the
/// image, after all steps but binning) and, where an image channel needs them, E, px, py, pz.
inline constexpr std::int64_t kCloudFields = 7;
inline constexpr Grid kCloud{1, 200, kCloudFields};

}  // namespace jetrain
