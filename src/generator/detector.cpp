#include "generator/detector.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace jetrain {
namespace {

// In the spirit of the Delphes cards for ATLAS (J. de Favereau et al., JHEP 02 (2014) 057).
constexpr double kTrackEfficiency = 0.95;
constexpr double kSoftTrackEfficiency = 0.7;
constexpr double kSoftTrackPtGev = 1.0;
constexpr double kSmallestTrackPtGev = 0.3;
constexpr double kSmallestTowerPtGev = 0.5;
constexpr double kTowerEta = 0.1;
constexpr double kTowerPhi = std::numbers::pi / 18.0;
constexpr double kSmallestPtGev = 1e-3;

struct Tower {
  std::int64_t eta_number;
  std::int64_t phi_number;
  double photons_gev;
  double hadrons_gev;
};

void add_to_tower(const FourVector& p, bool is_photon, std::vector<Tower>& towers) {
  const auto eta_number = static_cast<std::int64_t>(std::floor(p.eta() / kTowerEta));
  const auto phi_number = static_cast<std::int64_t>(std::floor(p.phi() / kTowerPhi));
  auto tower = std::find_if(towers.begin(), towers.end(), [&](const Tower& other) {
    return other.eta_number == eta_number && other.phi_number == phi_number;
  });
  if (tower == towers.end()) tower = towers.insert(towers.end(), {eta_number, phi_number, 0.0, 0.0});
  (is_photon ? tower->photons_gev : tower->hadrons_gev) += p.energy;
}

/// sigma/E = stochastic / sqrt(E) (+) constant.
double smeared(double energy_gev, double stochastic, double constant, RandomStream& random) {
  if (energy_gev == 0.0) return 0.0;
  const double sigma =
      std::sqrt(stochastic * stochastic * energy_gev + constant * constant * energy_gev * energy_gev);
  return std::max(0.0, energy_gev + sigma * random.normal());
}

}  // namespace

std::vector<FourVector> detect(std::span<const Hadron> hadrons, double smearing, RandomStream& random) {
  std::vector<FourVector> seen;
  std::vector<Tower> towers;
  for (const Hadron& hadron : hadrons) {
    const FourVector& p = hadron.momentum;
    const double pt_gev = p.pt();
    if (pt_gev < kSmallestPtGev) continue;
    if (!hadron.is_charged ||
        random.uniform() > (pt_gev < kSoftTrackPtGev ? kSoftTrackEfficiency : kTrackEfficiency)) {
      add_to_tower(p, hadron.is_photon, towers);
      continue;
    }
    const double resolution = smearing * std::hypot(0.01, 1e-4 * pt_gev);
    const double factor = 1.0 + resolution * random.normal();
    if (factor * pt_gev < kSmallestTrackPtGev) continue;
    seen.push_back({factor * p.energy, factor * p.px, factor * p.py, factor * p.pz});
  }
  for (const Tower& tower : towers) {
    const double energy_gev = smeared(tower.photons_gev, smearing * 0.1, smearing * 0.007, random) +
                              smeared(tower.hadrons_gev, smearing * 0.5, smearing * 0.03, random);
    // A tower knows where it stands, not where it was hit.
    const double eta = (static_cast<double>(tower.eta_number) + random.uniform()) * kTowerEta;
    const double phi = (static_cast<double>(tower.phi_number) + random.uniform()) * kTowerPhi;
    const double pt_gev = energy_gev / std::cosh(eta);
    if (pt_gev > kSmallestTowerPtGev) seen.push_back(massless(pt_gev, eta, phi));
  }
  return seen;
}

}  // namespace jetrain
