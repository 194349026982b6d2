#pragma once

/// \file
/// Image augmentation: each epoch, every training jet is turned, mirrored and smeared a little, before it is
/// binned. What happens is a function of (seed, epoch, number of the jet in its set). Training samples then
/// hold constituents instead of pixels: a cloud.

#include <cstdint>

namespace jetrain {

struct AugmentationConfig {
  bool flip = false;          ///< mirror the second axis, in every other jet
  double rotate_degrees = 0;  ///< turn by a uniformly random angle, up to so many degrees to either side
  double smear = 0;     ///< move each constituent by a normal distance of this deviation, in eta and in phi
  double smear_pt = 0;  ///< multiply each constituent's momentum by a normal factor 1 +- this

  bool used() const { return flip || rotate_degrees > 0 || smear > 0 || smear_pt > 0; }
};

/// Positions in a cloud: kCloudFields for each constituent, in the order pT, u, w (its coordinates in the
/// image, after all steps but binning) and, where an image channel needs them, E, px, py, pz.
inline constexpr std::int64_t kCloudFields = 7;
inline constexpr std::int64_t kCloudPositions = 200 * kCloudFields;

}  // namespace jetrain
