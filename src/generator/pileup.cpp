#include "generator/pileup.hpp"

#include <cmath>
#include <numbers>

namespace jetrain {
namespace {

constexpr double kReach = 1.2;  // beyond the jet's radius: its axis is not known yet
constexpr double kChargedPerEta = 6.5;
constexpr double kMeanPtGev = 0.55;

}  // namespace

void add_pileup(double mean_collisions, double eta, double phi, RandomStream& random,
                std::vector<Hadron>& hadrons) {
  constexpr double kNeutralShare = 1.0 - kChargedShare;
  constexpr double kPerArea = kChargedPerEta / kChargedShare * kNeutralShare / (2.0 * std::numbers::pi);
  constexpr double kArea = std::numbers::pi * kReach * kReach;
  const double mean = mean_collisions * kPerArea * kArea;
  // A Poisson number, by exponential steps.
  for (double steps = -std::log(random.uniform()); steps < mean; steps -= std::log(random.uniform())) {
    const double distance = kReach * std::sqrt(random.uniform());
    const double azimuth = random.uniform(0.0, 2.0 * std::numbers::pi);
    const double pt_gev = -kMeanPtGev * std::log(random.uniform());
    const bool is_photon = random.uniform() * kNeutralShare < kPhotonShare;
    hadrons.push_back(
        {massless(pt_gev, eta + distance * std::cos(azimuth), phi + distance * std::sin(azimuth)), false,
         is_photon});
  }
}

}  // namespace jetrain
