#pragma once

#include <vector>

#include "core/random.hpp"
#include "generator/four_vector.hpp"
#include "generator/shower.hpp"

namespace jetrain {

struct Hadron {
  FourVector momentum;
  bool is_charged = false;
  bool is_photon = false;  ///< photons of a pi0, taken together
};

/// Appends the hadrons of one parton at the shower's cutoff.
void fragment(const Parton& leaf, RandomStream& random, std::vector<Hadron>& hadrons);

}  // namespace jetrain
