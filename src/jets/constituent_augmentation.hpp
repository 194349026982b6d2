#pragma once

#include <array>
#include <span>
#include <vector>

#include "config/constituents.hpp"
#include "config/pictures.hpp"
#include "core/random.hpp"

namespace jetrain {

/// One epoch's jet, from a jet as it is stored: (n, width), E, px, py, pz in GeV first, by falling pT, and
/// the sum over all, (4). Each constituent but the leading one is dropped with augmentation.drop. In (eta,
/// phi) about the axis, it is mirrored (dphi), moved by a normal distance, and turned; its momentum is
/// computed anew with its pT and mass. Then all four are multiplied by a normal factor, of 0.01 at least, and
/// what is left is brought into the order of falling pT. The sum is mirrored and turned likewise, but not
/// moved and not multiplied. What flies along the beam (pT below 1e-8 GeV) has no place to be moved from, and
/// stays.
///
/// In double, by functions of our own, rounded once: what happens is a function of `stream` and the jet.
void augment_constituents(std::span<const float> constituents, std::int64_t width, std::span<const float> jet,
                          ConstituentAxis axis, const AugmentationConfig& augmentation, RandomStream stream,
                          std::vector<float>& augmented, std::array<float, 4>& augmented_jet);

}  // namespace jetrain
