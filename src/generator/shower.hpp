#pragma once

/// \file
/// A leading-log, angular-ordered final-state shower: R. K. Ellis, W. J. Stirling, B. R. Webber, "QCD and
/// Collider Physics" (1996), chapter 5 (branching and Sudakov factors, coherence); Catani, Marchesini,
/// Webber, Nucl. Phys. B349 (1991) 635.

#include <vector>

#include "core/random.hpp"

namespace jetrain {

struct Parton {
  double pt_gev = 0;
  double eta = 0;
  double phi = 0;
  bool is_gluon = false;
  double mass_gev = 0;       ///< for the dead cone only: no emission below an angle of mass / pT
  double largest_angle = 0;  ///< emissions are allowed below this angle
  double created_angle =
      0;  ///< angle at which this colour line left its parent; bounds its hadrons (coherence)
};

/// Appends to `leaves` the partons at the cutoff that `first` ends in. Transverse momentum is conserved as a
/// scalar sum, and so is the pT-weighted direction.
void shower(const Parton& first, RandomStream& random, std::vector<Parton>& leaves);

/// Appends what the incoming partons radiate into the jet's surroundings: soft gluons, flat in (eta, phi),
/// with dN = 2 CA alpha_s(kt)/pi dkt/kt d(eta) d(phi)/(2 pi)  (ESW section 5.1, eikonal limit), showered in
/// turn.
void radiate_around(double eta, double phi, RandomStream& random, std::vector<Parton>& leaves);

}  // namespace jetrain
