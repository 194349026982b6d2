#include "jets/constituent_augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "jets/angles.hpp"
#include "jets/constituent_features.hpp"
#include "jets/constituent_set.hpp"
#include "jets/directions.hpp"
#include "jets/elementary.hpp"

namespace jetrain {
namespace {

/// What a momentum is multiplied by at least, so that no constituent vanishes.
constexpr double kSmallestFactor = 0.01;

struct Offset {
  double eta = 0;
  double phi = 0;
};

/// A mirror and a turn about a point.
struct Turn {
  AxisPoint about;
  double mirror = 1;  ///< -1: dphi changes its sign
  SineCosine angle{0, 1};
};

/// Standard normal (Box-Muller), by our own functions.
double normal(RandomStream& stream) {
  const double radius = std::sqrt(-2.0 * logarithm(stream.uniform()));
  return radius * sine_cosine(2.0 * std::numbers::pi * stream.uniform()).cosine;
}

/// Moves `momentum`, (4): E, px, py, pz, to its new place; pT and mass stay. What would leave the floats'
/// range stays where it is.
void move(std::span<float> momentum, const Turn& turn, const Offset& offset) {
  const double e = static_cast<double>(momentum[0]);
  const double px = static_cast<double>(momentum[1]);
  const double py = static_cast<double>(momentum[2]);
  const double pz = static_cast<double>(momentum[3]);
  const double squared_pt = px * px + py * py;
  const double pt = std::sqrt(squared_pt);
  if (pt < kSmallestMomentum) return;
  const double deta = pseudorapidity(pt, pz) - turn.about.eta + offset.eta;
  const double dphi = turn.mirror * wrapped_azimuth(azimuth(py, px) - turn.about.phi) + offset.phi;
  const double eta = turn.about.eta + turn.angle.cosine * deta - turn.angle.sine * dphi;
  const double phi = turn.about.phi + turn.angle.sine * deta + turn.angle.cosine * dphi;
  constexpr double kLargestEta = 100;
  if (!(std::fabs(eta) < kLargestEta)) return;
  const SineCosine direction = sine_cosine(phi);
  const double growth = exponential(eta);
  const double new_pz = pt * 0.5 * (growth - 1.0 / growth);
  const double squared_mass = e * e - (squared_pt + pz * pz);
  const double squared_e = squared_mass + (squared_pt + new_pz * new_pz);
  const auto new_e = static_cast<float>(std::sqrt(squared_e > 0 ? squared_e : e * e));
  if (!(new_e > 0) || !std::isfinite(new_e) || !std::isfinite(static_cast<float>(new_pz))) return;
  momentum[0] = new_e;
  momentum[1] = static_cast<float>(pt * direction.cosine);
  momentum[2] = static_cast<float>(pt * direction.sine);
  momentum[3] = static_cast<float>(new_pz);
}

/// Multiplies it; what would no longer be a positive, finite energy stays.
void multiply(std::span<float> momentum, double factor) {
  const auto e = static_cast<float>(static_cast<double>(momentum[0]) * factor);
  if (!(e > 0) || !std::isfinite(e)) return;
  for (float& component : momentum) component = static_cast<float>(static_cast<double>(component) * factor);
}

/// Always the same random numbers are drawn for it, whatever is used.
Turn draw_turn(const AugmentationConfig& augmentation, const AxisPoint& about, RandomStream& stream) {
  Turn turn{about};
  const double degrees = stream.uniform(-augmentation.rotate_degrees, augmentation.rotate_degrees);
  turn.mirror = stream.uniform() < 0.5 && augmentation.flip ? -1.0 : 1.0;
  turn.angle = sine_cosine(degrees * (std::numbers::pi / 180));
  return turn;
}

}  // namespace

void augment_constituents(std::span<const float> constituents, std::int64_t width, std::span<const float> jet,
                          ConstituentAxis axis, const AugmentationConfig& augmentation, RandomStream stream,
                          std::vector<float>& augmented, std::array<float, 4>& augmented_jet) {
  const Turn turn = draw_turn(augmentation, axis_point(axis, constituents, width, jet), stream);
  const bool moves = augmentation.flip || augmentation.rotate_degrees > 0;
  augmented.clear();
  const auto each = static_cast<std::size_t>(width);
  for (std::size_t first = 0; first < constituents.size(); first += each) {
    const bool dropped = augmentation.drop > 0 && stream.uniform() < augmentation.drop;
    Offset offset;
    if (augmentation.smear > 0) {
      offset.eta = augmentation.smear * normal(stream);
      offset.phi = augmentation.smear * normal(stream);
    }
    const double factor = augmentation.smear_pt > 0 ? 1.0 + augmentation.smear_pt * normal(stream) : 1.0;
    if (dropped && first > 0) continue;
    const auto row = constituents.subspan(first, each);
    augmented.insert(augmented.end(), row.begin(), row.end());
    const std::span<float> momentum(augmented.data() + (augmented.size() - each), 4);
    if (moves || augmentation.smear > 0) move(momentum, turn, offset);
    if (augmentation.smear_pt > 0) multiply(momentum, std::max(kSmallestFactor, factor));
  }
  sort_by_pt(augmented, width);
  std::copy(jet.begin(), jet.end(), augmented_jet.begin());
  if (moves) move(augmented_jet, turn, {});
}

}  // namespace jetrain
