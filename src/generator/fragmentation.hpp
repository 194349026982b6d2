#pragma once

#include <vector>

#include "core/random.hpp"
#include "generator/four_vector.hpp"
#include "generator/shower.hpp"

namespace jetrain {

inline constexpr double kChargedShare = 0.62;  ///< of hadrons: pi+-, K+-, p
inline constexpr double kPhotonShare = 0.28;   ///< pi0, eta; the rest are long-lived neutral hadrons

struct Hadron {
  FourVector momentum;
  bool is_charged = false;
  bool is_photon = false;  ///< photons of a pi0, taken together
};

/// Appends the hadrons of one parton at the shower's cutoff.
void fragment(const Parton& leaf, RandomStream& random, std::vector<Hadron>& hadrons);

}  // namespace jetrain
