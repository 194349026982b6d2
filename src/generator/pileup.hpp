#pragma once

#include <vector>

#include "core/random.hpp"
#include "generator/fragmentation.hpp"

namespace jetrain {

/// Appends what `mean_collisions` further collisions leave of neutral particles around a direction: charged
/// ones are known by their vertices and left out (charged hadron subtraction; CMS, JINST 15 (2020) P09018).
/// Flat in (eta, phi), with an exponential pT: in a collision at 13 TeV, 6.5 charged particles a unit of eta
/// (ALICE, Phys. Lett. B 753 (2016) 319) of 0.55 GeV on the mean, and neutral ones in fragmentation's shares.
void add_pileup(double mean_collisions, double eta, double phi, RandomStream& random,
                std::vector<Hadron>& hadrons);

}  // namespace jetrain
