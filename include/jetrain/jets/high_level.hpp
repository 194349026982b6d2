#pragma once

/// \file
/// Features of a whole jet, to stand beside its image (data.high_level).

#include <array>
#include <span>
#include <string>
#include <vector>

#include "jetrain/jets/image.hpp"

namespace jetrain {

/// Of the sum of the constituents' momenta, unless said otherwise; distances are dR in (eta, phi):
///   mass, pt        GeV
///   eta             pseudorapidity
///   multiplicity    constituents with pT > 0
///   width           sum of pT dR to the jet axis / sum of pT
///   pt_dispersion   sqrt(sum of pT^2) / sum of pT (CMS, PAS JME-13-002)
///   tau_1 ... tau_3 N-subjettiness with beta = 1, sum of pT min_k dR(axis k) / sum of pT R, R = 0.8 (Thaler
///   and
///                   Van Tilburg, JHEP 03 (2011) 015). Axes: seeded by pT times the distance from those
///                   found, then pT-weighted means of their nearest constituents, ten times (not the best
///                   axes).
///   tau_21, tau_32  their ratios (0 where the divisor is 0)
inline constexpr std::array<const char*, 11> kHighLevelFeatures{
    "mass",  "pt",    "eta",   "multiplicity", "width", "pt_dispersion",
    "tau_1", "tau_2", "tau_3", "tau_21",       "tau_32"};

/// One value a name, in the order of `names`; all 0 for a jet without constituents.
void high_level_features(std::span<const float, kConstituentFloats> constituents,
                         const std::vector<std::string>& names, float* values);

}  // namespace jetrain
