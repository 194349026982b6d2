#pragma once

#include <span>
#include <vector>

#include "core/random.hpp"
#include "generator/four_vector.hpp"
#include "generator/fragmentation.hpp"

namespace jetrain {

/// What a simple, ATLAS-like detector sees of the hadrons: tracks, and towers of neutral energy. Massless
/// momenta. `smearing`: factor of its resolutions.
std::vector<FourVector> detect(std::span<const Hadron> hadrons, double smearing, RandomStream& random);

}  // namespace jetrain
