#pragma once

/// \file
/// Directions of momenta in double: pseudorapidity and differences of azimuths. Without branches.

#include <cmath>
#include <numbers>

#include "jets/elementary.hpp"

namespace jetrain {

/// What pT and E of a constituent count as at least, in GeV, where a logarithm is taken of them.
inline constexpr double kSmallestMomentum = 1e-8;

inline double bounded_momentum(double gev) {
  return gev > kSmallestMomentum ? gev : kSmallestMomentum;
}

/// asinh(pz / pT), as the logarithm of (|p| + |pz|) / pT.
inline double pseudorapidity(double pt, double pz) {
  const double transverse = bounded_momentum(pt);
  const double along = std::fabs(pz);
  const double p = std::sqrt(transverse * transverse + pz * pz);
  const double eta = logarithm((p + along) / transverse);
  return pz < 0 ? -eta : eta;
}

/// A difference of two azimuths, from -pi up to pi, as numpy's mod has it.
inline double wrapped_azimuth(double difference) {
  constexpr double kTurn = 2 * std::numbers::pi;
  double turned = difference + std::numbers::pi;
  turned = turned < 0 ? turned + kTurn : turned;
  turned = turned >= kTurn ? turned - kTurn : turned;
  return turned - std::numbers::pi;
}

}  // namespace jetrain
