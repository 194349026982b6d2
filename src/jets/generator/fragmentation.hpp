#pragma once

#include <vector>

#include "four_vector.hpp"
#include "jetrain/core/random.hpp"
#include "shower.hpp"

namespace jetrain {

struct Hadron {
  FourVector momentum;
  bool is_charged = false;
  bool is_photon = false;  ///< photons of a pi0, taken together
};

/// Appends the hadrons of one parton at the shower's cutoff.
void fragment(const Parton& leaf, RandomStream& random, std::vector<Hadron>& hadrons);

}  // namespace jetrain
