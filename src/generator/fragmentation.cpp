#include "generator/fragmentation.hpp"

#include <cmath>
#include <numbers>

namespace jetrain {
namespace {

constexpr double kHadronKtGev = 0.4;    // root mean square, relative to the parton
constexpr double kPlateauEndGev = 1.5;  // kT of a piece at its own largest angle at which no more hadrons fit
constexpr double kFieldFeynmanA = 0.9;

/// The share z of the remaining momentum that the next hadron takes, from f(z) = 1 - a + 3 a (1-z)^2 (R. D.
/// Field, R. P. Feynman, Nucl. Phys. B136 (1978) 1): a mixture of a flat and a steep part.
double momentum_share(RandomStream& random) {
  const double draw = random.uniform();
  return random.uniform() < kFieldFeynmanA ? 1.0 - std::cbrt(draw) : draw;
}

void add_hadron(const Parton& piece, double pt_gev, RandomStream& random, std::vector<Hadron>& hadrons) {
  const double kt_gev = kHadronKtGev * std::sqrt(-std::log(random.uniform()));
  // Emission at wider angles belongs to the parent's colour charge (coherence).
  const double angle = std::fmin(kt_gev / pt_gev, piece.created_angle);
  const double azimuth = random.uniform(0.0, 2.0 * std::numbers::pi);
  const double kind = random.uniform();
  hadrons.push_back(
      {massless(pt_gev, piece.eta + angle * std::cos(azimuth), piece.phi + angle * std::sin(azimuth)),
       kind<kChargedShare, kind> 1.0 - kPhotonShare});
}

/// One string end: hadrons are split off until the rest is too soft to stand apart at the piece's angle.
void fragment_piece(const Parton& piece, RandomStream& random, std::vector<Hadron>& hadrons) {
  double remaining_gev = piece.pt_gev;
  while (remaining_gev * piece.created_angle > kPlateauEndGev) {
    const double pt_gev = momentum_share(random) * remaining_gev;
    add_hadron(piece, pt_gev, random, hadrons);
    remaining_gev -= pt_gev;
  }
  add_hadron(piece, remaining_gev, random, hadrons);
}

}  // namespace

void fragment(const Parton& leaf, RandomStream& random, std::vector<Hadron>& hadrons) {
  if (!leaf.is_gluon) return fragment_piece(leaf, random, hadrons);
  // A gluon is a kink of the string: two ends (B. Andersson et al., Phys. Rept. 97 (1983) 31).
  Parton half = leaf;
  half.pt_gev = random.uniform() * leaf.pt_gev;
  fragment_piece(half, random, hadrons);
  half.pt_gev = leaf.pt_gev - half.pt_gev;
  fragment_piece(half, random, hadrons);
}

}  // namespace jetrain
