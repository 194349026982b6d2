#include "generator/shower.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace jetrain {
namespace {

constexpr double kCf = 4.0 / 3.0;
constexpr double kCa = 3.0;
constexpr double kTr = 0.5;
constexpr double kFlavours = 5.0;
constexpr double kCutoffGev = 1.0;  // smallest transverse momentum of an emission
constexpr double kPi = std::numbers::pi;

// One loop: alpha_s(k) = 1 / (b0 ln(k^2 / Lambda^2)), b0 = (33 - 2 nf) / (12 pi)  (ESW eq. 2.9). The value at
// the Z mass stands between the world average and the larger one of PYTHIA's time-like showers, which makes
// up for the missing higher orders (T. Sjostrand et al., Comput. Phys. Commun. 191 (2015) 159: 0.1365).
constexpr double kAlphaAtZ = 0.125;
constexpr double kZMassGev = 91.19;
constexpr double kBeta0 = (33.0 - 2.0 * kFlavours) / (12.0 * kPi);

double strong_coupling(double kt_gev) {
  return 1.0 / (1.0 / kAlphaAtZ + 2.0 * kBeta0 * std::log(kt_gev / kZMassGev));
}

struct Branching {
  double angle;
  double fraction;  // of the parent's pT that the emitted parton takes
  bool to_quarks;   // g -> q qbar
};

/// The next branching below parton.largest_angle, by the veto algorithm (PYTHIA 6.4 manual, hep-ph/0603175,
/// section 4.2) for dP = d(theta^2)/theta^2 dx alpha_s(kt)/(2 pi) P(x), kt = min(x, 1-x) theta pT  (ESW
/// eq. 5.25). With x the emitted gluon's share (ESW eqs. 5.9-5.14):
///   q -> q g : P = CF (1 + (1-x)^2) / x                     bounded by 2 CF / x
///   g -> g g : P = CA (2 (1-x) / x + x (1-x))               bounded by 2 CA / x; symmetric under x <-> 1-x
///   once
///              both daughters are counted, so that each gluon pair is counted once
///   g -> q q : P = nf TR (x^2 + (1-x)^2)                    bounded by nf TR
std::optional<Branching> next_branching(const Parton& parton, RandomStream& random) {
  const double smallest_angle = std::max(2.0 * kCutoffGev / parton.pt_gev, parton.mass_gev / parton.pt_gev);
  double angle = parton.largest_angle;
  if (angle <= smallest_angle) return std::nullopt;
  static const double largest_coupling = strong_coupling(kCutoffGev);
  const double log_smallest_fraction = std::log(kCutoffGev / (parton.pt_gev * angle));
  const double gluon_rate = 2.0 * (parton.is_gluon ? kCa : kCf) * -log_smallest_fraction;
  const double quark_rate = parton.is_gluon ? kFlavours * kTr : 0.0;
  const double rate = largest_coupling / (2.0 * kPi) * (gluon_rate + quark_rate);
  while (true) {
    angle *= std::exp(std::log(random.uniform()) / (2.0 * rate));
    if (angle <= smallest_angle) return std::nullopt;
    const bool to_quarks = random.uniform() * (gluon_rate + quark_rate) > gluon_rate;
    const double draw = random.uniform();
    const double x = to_quarks ? draw : std::exp(draw * log_smallest_fraction);
    const double kt_gev = std::min(x, 1.0 - x) * angle * parton.pt_gev;
    if (kt_gev < kCutoffGev) continue;
    double weight = strong_coupling(kt_gev) / largest_coupling;
    if (to_quarks) {
      weight *= x * x + (1.0 - x) * (1.0 - x);
    } else if (parton.is_gluon) {
      weight *= (1.0 - x) * (1.0 + 0.5 * x * x);
    } else {
      weight *= 0.5 * (1.0 + (1.0 - x) * (1.0 - x));
    }
    if (random.uniform() < weight) return Branching{angle, x, to_quarks};
  }
}

/// The daughter with share `fraction`, displaced so that the pT-weighted direction stays the parent's.
Parton daughter(const Parton& parent, const Branching& branching, double fraction, double azimuth) {
  Parton child = parent;
  child.pt_gev = fraction * parent.pt_gev;
  child.eta += (1.0 - fraction) * branching.angle * std::cos(azimuth);
  child.phi += (1.0 - fraction) * branching.angle * std::sin(azimuth);
  child.largest_angle = branching.angle;
  if (fraction < 0.5) child.created_angle = branching.angle;
  return child;
}

}  // namespace

void radiate_around(double eta, double phi, RandomStream& random, std::vector<Parton>& leaves) {
  constexpr double kReach = 1.2;
  constexpr double kHardestGev = 60.0;
  static const double log_range = std::log(kHardestGev / kCutoffGev);
  static const double largest_coupling = strong_coupling(kCutoffGev);
  // The emissions' ln kt is a Poisson process: exponential steps, thinned by the coupling.
  static const double rate = 2.0 * kCa * largest_coupling / kPi * (kReach * kReach / 2.0);
  double depth = 0.0;
  while (true) {
    depth -= std::log(random.uniform()) / rate;
    if (depth > log_range) return;
    const double pt_gev = kHardestGev * std::exp(-depth);
    const double distance = kReach * std::sqrt(random.uniform());
    const double azimuth = random.uniform(0.0, 2.0 * kPi);
    if (random.uniform() * largest_coupling > strong_coupling(pt_gev)) continue;
    shower({pt_gev, eta + distance * std::cos(azimuth), phi + distance * std::sin(azimuth), true, 0.0, kReach,
            kReach},
           random, leaves);
  }
}

void shower(const Parton& first, RandomStream& random, std::vector<Parton>& leaves) {
  std::vector<Parton> open{first};
  while (!open.empty()) {
    const Parton parent = open.back();
    open.pop_back();
    const auto branching = next_branching(parent, random);
    if (!branching) {
      leaves.push_back(parent);
      continue;
    }
    const double azimuth = random.uniform(0.0, 2.0 * kPi);
    Parton emitted = daughter(parent, *branching, branching->fraction, azimuth);
    Parton rest = daughter(parent, *branching, 1.0 - branching->fraction, azimuth + kPi);
    emitted.is_gluon = !branching->to_quarks;
    emitted.mass_gev = 0.0;
    rest.is_gluon = parent.is_gluon && !branching->to_quarks;
    open.push_back(emitted);
    open.push_back(rest);
  }
}

}  // namespace jetrain
