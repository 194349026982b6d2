#include "jets/high_level.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace jetrain {
namespace {

struct Particle {
  double pt;   // GeV
  double eta;  // pseudorapidity
  double phi;  // radians
};

struct Axis {
  double eta = 0;
  double phi = 0;
};

double wrapped(double phi) {
  return std::remainder(phi, 2 * std::numbers::pi);
}

double distance(const Particle& particle, const Axis& axis) {
  return std::hypot(particle.eta - axis.eta, wrapped(particle.phi - axis.phi));
}

/// A jet's sums, and its constituents in detector coordinates.
struct Jet {
  explicit Jet(std::span<const float, kConstituentFloats> constituents) {
    for (std::size_t i = 0; i < constituents.size(); i += 4) {
      const double px = constituents[i + 1];
      const double py = constituents[i + 2];
      const double pz = constituents[i + 3];
      const double pt = std::hypot(px, py);
      energy += constituents[i];
      x += px;
      y += py;
      z += pz;
      if (!(pt > 0)) continue;
      particles.push_back({pt, std::asinh(pz / pt), std::atan2(py, px)});
      scalar_pt += pt;
      squared_pt += pt * pt;
    }
  }

  double pt() const { return std::hypot(x, y); }
  double mass() const { return std::sqrt(std::max(0.0, energy * energy - x * x - y * y - z * z)); }
  Axis axis() const { return pt() > 0 ? Axis{std::asinh(z / pt()), std::atan2(y, x)} : Axis{}; }

  std::vector<Particle> particles;
  double energy = 0;
  double x = 0;
  double y = 0;
  double z = 0;
  double scalar_pt = 0;
  double squared_pt = 0;
};

std::size_t nearest(const Particle& particle, const std::vector<Axis>& axes) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < axes.size(); ++k) {
    if (distance(particle, axes[k]) < distance(particle, axes[best])) best = k;
  }
  return best;
}

/// The constituent with the largest pT times distance from the axes found so far (pT alone at first).
Axis next_seed(const Jet& jet, const std::vector<Axis>& axes) {
  double largest = -1;
  Axis seed;
  for (const Particle& particle : jet.particles) {
    const double weight =
        axes.empty() ? particle.pt : particle.pt * distance(particle, axes[nearest(particle, axes)]);
    if (weight <= largest) continue;
    largest = weight;
    seed = {particle.eta, particle.phi};
  }
  return seed;
}

void move_to_means(const Jet& jet, std::vector<Axis>& axes) {
  struct Sum {
    double pt = 0;
    double eta = 0;
    double phi = 0;
  };
  std::vector<Sum> sums(axes.size());
  for (const Particle& particle : jet.particles) {
    const std::size_t k = nearest(particle, axes);
    sums[k].pt += particle.pt;
    sums[k].eta += particle.pt * (particle.eta - axes[k].eta);
    sums[k].phi += particle.pt * wrapped(particle.phi - axes[k].phi);
  }
  for (std::size_t k = 0; k < axes.size(); ++k) {
    if (sums[k].pt == 0) continue;
    axes[k].eta += sums[k].eta / sums[k].pt;
    axes[k].phi = wrapped(axes[k].phi + sums[k].phi / sums[k].pt);
  }
}

double subjettiness(const Jet& jet, int count) {
  constexpr double kRadius = 0.8;
  constexpr int kRounds = 10;
  if (jet.scalar_pt == 0) return 0;
  std::vector<Axis> axes;
  for (int k = 0; k < count; ++k) axes.push_back(next_seed(jet, axes));
  for (int round = 0; round < kRounds; ++round) move_to_means(jet, axes);
  double sum = 0;
  for (const Particle& particle : jet.particles)
    sum += particle.pt * distance(particle, axes[nearest(particle, axes)]);
  return sum / (jet.scalar_pt * kRadius);
}

double ratio(double above, double below) {
  return below > 0 ? above / below : 0;
}

double width(const Jet& jet) {
  double sum = 0;
  for (const Particle& particle : jet.particles) sum += particle.pt * distance(particle, jet.axis());
  return ratio(sum, jet.scalar_pt);
}

double value_of(HighLevelFeature feature, const Jet& jet) {
  switch (feature) {
    case HighLevelFeature::mass:
      return jet.mass();
    case HighLevelFeature::pt:
      return jet.pt();
    case HighLevelFeature::eta:
      return jet.axis().eta;
    case HighLevelFeature::multiplicity:
      return static_cast<double>(jet.particles.size());
    case HighLevelFeature::width:
      return width(jet);
    case HighLevelFeature::pt_dispersion:
      return ratio(std::sqrt(jet.squared_pt), jet.scalar_pt);
    case HighLevelFeature::tau_1:
      return subjettiness(jet, 1);
    case HighLevelFeature::tau_2:
      return subjettiness(jet, 2);
    case HighLevelFeature::tau_3:
      return subjettiness(jet, 3);
    case HighLevelFeature::tau_21:
      return ratio(subjettiness(jet, 2), subjettiness(jet, 1));
    case HighLevelFeature::tau_32:
      return ratio(subjettiness(jet, 3), subjettiness(jet, 2));
  }
  return 0;
}

}  // namespace

void high_level_features(std::span<const float, kConstituentFloats> constituents,
                         const std::vector<HighLevelFeature>& features, float* values) {
  const Jet jet(constituents);
  for (std::size_t i = 0; i < features.size(); ++i)
    values[i] = static_cast<float>(value_of(features[i], jet));
}

}  // namespace jetrain
