#include "generator/top_decay.hpp"

#include <cmath>
#include <numbers>
#include <span>
#include <tuple>
#include <utility>

#include "generator/shower.hpp"

namespace jetrain {
namespace {

constexpr double kTopWidthGev = 1.4;
constexpr double kWMassGev = 80.4;
constexpr double kWWidthGev = 2.085;
constexpr double kBottomMassGev = 4.8;
constexpr double kLongestTailInWidths = 8.0;
constexpr double kWidestAngle = 1.2;

/// A mass from the Breit-Wigner (Cauchy) distribution, its tails cut at eight widths.
double breit_wigner(double mass_gev, double width_gev, RandomStream& random) {
  static const double largest = std::atan(2.0 * kLongestTailInWidths);
  return mass_gev + 0.5 * width_gev * std::tan(random.uniform(-largest, largest));
}

/// The momentum of both daughters in the parent's rest frame (Kallen function; PDG review, Kinematics,
/// eq. 49.20). Negative where the masses do not fit.
double two_body_momentum(double parent, double a, double b) {
  if (a + b >= parent) return -1.0;
  const double sum = a + b;
  const double difference = a - b;
  return std::sqrt((parent * parent - sum * sum) * (parent * parent - difference * difference)) /
         (2.0 * parent);
}

struct Direction {
  double x, y, z;
};

Direction isotropic(RandomStream& random) {
  const double cosine = random.uniform(-1.0, 1.0);
  const double sine = std::sqrt(1.0 - cosine * cosine);
  const double azimuth = random.uniform(0.0, 2.0 * std::numbers::pi);
  return {sine * std::cos(azimuth), sine * std::sin(azimuth), cosine};
}

Direction direction_of(const FourVector& p) {
  const double length = std::sqrt(p.px * p.px + p.py * p.py + p.pz * p.pz);
  return {p.px / length, p.py / length, p.pz / length};
}

/// A decay's two daughters in the laboratory, the first along `direction` in the rest frame of `parent`.
std::pair<FourVector, FourVector> two_body(const FourVector& parent, double parent_mass, double mass_a,
                                           double mass_b, const Direction& direction) {
  const double momentum = two_body_momentum(parent_mass, mass_a, mass_b);
  const FourVector a{std::sqrt(momentum * momentum + mass_a * mass_a), momentum * direction.x,
                     momentum * direction.y, momentum * direction.z};
  const FourVector in_lab = Boost(parent, parent_mass)(a);
  return {in_lab, parent - in_lab};
}

/// A direction in the W's rest frame for the down-type quark. The top's W is longitudinal (70 %) or
/// left-handed: f(c) = 3/4 F0 (1 - c^2) + 3/8 FL (1 - c)^2, c against the W's direction of flight in the
/// top's frame (G. L. Kane, G. A. Ladinsky, C.-P. Yuan, Phys. Rev. D45 (1992) 124).
Direction polarized(const Direction& flight, RandomStream& random) {
  constexpr double kLongitudinal = 0.7;
  while (true) {
    const Direction d = isotropic(random);
    const double c = d.x * flight.x + d.y * flight.y + d.z * flight.z;
    const double density =
        0.75 * kLongitudinal * (1.0 - c * c) + 0.375 * (1.0 - kLongitudinal) * (1.0 - c) * (1.0 - c);
    if (random.uniform() < density) return d;  // density <= 0.73 everywhere
  }
}

/// Showers and fragments one quark; the sum of its hadrons is returned.
FourVector quark_jet(const FourVector& quark, double mass_gev, double opening_angle, double created_angle,
                     RandomStream& random, std::vector<Hadron>& hadrons) {
  const Parton parton{quark.pt(), quark.eta(), quark.phi(), false, mass_gev, opening_angle, created_angle};
  std::vector<Parton> leaves;
  shower(parton, random, leaves);
  const std::size_t first = hadrons.size();
  for (const Parton& leaf : leaves) fragment(leaf, random, hadrons);
  FourVector sum;
  for (const Hadron& hadron : std::span(hadrons).subspan(first)) sum += hadron.momentum;
  return sum;
}

/// Moves a jet from the momentum it has to the one it should have; both have the same mass.
void move(std::span<Hadron> jet, const FourVector& from, const FourVector& to) {
  const double mass = from.mass();
  const Boost to_rest = Boost(from, mass).inverse();
  const Boost to_lab(to, mass);
  for (Hadron& hadron : jet) hadron.momentum = to_lab(to_rest(hadron.momentum));
}

}  // namespace

TopDecay decay_top(double mass_gev, double pt_gev, double eta, double phi, RandomStream& random) {
  const double top_mass = breit_wigner(mass_gev, kTopWidthGev, random);
  const double w_mass = breit_wigner(kWMassGev, kWWidthGev, random);
  TopDecay decay;
  decay.top = massless(pt_gev, eta, phi);
  decay.top.energy = std::sqrt(decay.top.energy * decay.top.energy + top_mass * top_mass);
  const Direction w_flight = isotropic(random);
  std::tie(decay.w, decay.quarks[0]) = two_body(decay.top, top_mass, w_mass, 0.0, w_flight);
  std::tie(decay.quarks[1], decay.quarks[2]) =
      two_body(decay.w, w_mass, 0.0, 0.0, polarized(w_flight, random));
  return decay;
}

bool hadronize(const TopDecay& decay, RandomStream& random, std::vector<Hadron>& hadrons) {
  const auto& [bottom, up, down] = decay.quarks;
  const double top_mass = decay.top.mass();
  const double w_mass = decay.w.mass();

  // Coherence: each quark radiates inside the cone of its decay (ESW section 5.5). The b's colour line goes
  // on to the other side of the event.
  const double bw_angle = distance(bottom, decay.w);
  const double qq_angle = distance(up, down);
  const std::size_t b_begin = hadrons.size();
  const FourVector b_jet = quark_jet(bottom, kBottomMassGev, bw_angle, kWidestAngle, random, hadrons);
  const std::size_t b_end = hadrons.size();
  const FourVector up_jet = quark_jet(up, 0.0, qq_angle, qq_angle, random, hadrons);
  const std::size_t up_end = hadrons.size();
  const FourVector down_jet = quark_jet(down, 0.0, qq_angle, qq_angle, random, hadrons);

  // Kinematic reconstruction, as in HERWIG (S. Gieseke, P. Stephens, B. Webber, JHEP 12 (2003) 045):
  // directions in the rest frames stay, momenta become those that the jets' masses allow.
  const double b_mass = b_jet.mass();
  const double up_mass = up_jet.mass();
  const double down_mass = down_jet.mass();
  if (w_mass + b_mass >= top_mass || up_mass + down_mass >= w_mass) return false;
  const Direction b_direction = direction_of(Boost(decay.top, top_mass).inverse()(bottom));
  const Direction up_direction = direction_of(Boost(decay.w, w_mass).inverse()(up));
  const auto [new_b, new_w] = two_body(decay.top, top_mass, b_mass, w_mass, b_direction);
  const auto [new_up, new_down] = two_body(new_w, w_mass, up_mass, down_mass, up_direction);

  const std::span<Hadron> all(hadrons);
  move(all.subspan(b_begin, b_end - b_begin), b_jet, new_b);
  move(all.subspan(b_end, up_end - b_end), up_jet, new_up);
  move(all.subspan(up_end), down_jet, new_down);
  return true;
}

}  // namespace jetrain
