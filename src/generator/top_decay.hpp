#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/random.hpp"
#include "generator/four_vector.hpp"
#include "generator/fragmentation.hpp"

namespace jetrain {

/// t -> b W, W -> q q': momenta in GeV in the laboratory.
struct TopDecay {
  FourVector top;
  FourVector w;
  std::array<FourVector, 3> quarks;  ///< b, q, q'
};

/// Decays a top of given mass, transverse momentum and direction with Breit-Wigner masses and exact two-body
/// kinematics.
TopDecay decay_top(double mass_gev, double pt_gev, double eta, double phi, RandomStream& random);

/// Showers and fragments the three quarks. Their jets have masses, so they are set back on the decay's
/// kinematics: the masses of top and W stay what they were. False where the jets' masses leave no room for
/// that.
bool hadronize(const TopDecay& decay, RandomStream& random, std::vector<Hadron>& hadrons);

}  // namespace jetrain
