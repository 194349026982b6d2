#include "jetrain/generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "core/random.hpp"
#include "generator/detector.hpp"
#include "generator/fragmentation.hpp"
#include "generator/pileup.hpp"
#include "generator/shower.hpp"
#include "generator/top_decay.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

constexpr double kRadius = 0.8;
constexpr double kLargestEta = 2.0;
constexpr double kGluonShare = 0.5;     // dijets of this pT at 14 TeV
constexpr double kWidestAngle = 1.0;    // where the radiation of a QCD jet's parton begins
constexpr double kSpectrumPower = 5.5;  // d(sigma)/d(pT) ~ pT^-n of dijets and top pairs
constexpr double kRapidityWidth = 1.1;
constexpr int kMostTries = 20'000;

/// pT (GeV) from a power law between two bounds.
double falling_pt(double low_gev, double high_gev, RandomStream& random) {
  constexpr double kPower = 1.0 - kSpectrumPower;
  const double low = std::pow(low_gev, kPower);
  const double high = std::pow(high_gev, kPower);
  return std::pow(low + (high - low) * random.uniform(), 1.0 / kPower);
}

/// Of what a jet comes from: the jet loses of its pT, and gains.
double first_pt(const GeneratorSettings& settings, RandomStream& random) {
  return falling_pt(settings.smallest_pt_gev * 520.0 / 550.0, settings.largest_pt_gev * 720.0 / 650.0,
                    random);
}

double central_eta(RandomStream& random) {
  while (true) {
    const double eta = kRapidityWidth * random.normal();
    if (std::abs(eta) < kLargestEta) return eta;
  }
}

struct Particles {
  std::vector<Hadron> hadrons;
  FourVector truth;
  double eta = 0;  ///< of what the jet comes from
  double phi = 0;
};

void add_surroundings(double eta, double phi, RandomStream& random, Particles& particles) {
  particles.eta = eta;
  particles.phi = phi;
  std::vector<Parton> leaves;
  radiate_around(eta, phi, random, leaves);
  for (const Parton& leaf : leaves) fragment(leaf, random, particles.hadrons);
}

/// A top whose three quarks stand inside one jet; false asks for another try.
bool make_top(const GeneratorSettings& settings, RandomStream& random, Particles& particles) {
  const double pt_gev = first_pt(settings, random);
  const double eta = central_eta(random);
  const double phi = random.uniform(-std::numbers::pi, std::numbers::pi);
  const TopDecay decay = decay_top(settings.mass_gev, pt_gev, eta, phi, random);
  for (const FourVector& quark : decay.quarks) {
    if (distance(quark, decay.top) > kRadius) return false;
  }
  particles.truth = decay.top;
  if (!hadronize(decay, random, particles.hadrons)) return false;
  add_surroundings(eta, phi, random, particles);
  return true;
}

bool make_qcd(const GeneratorSettings& settings, RandomStream& random, Particles& particles) {
  Parton parton;
  parton.pt_gev = first_pt(settings, random);
  parton.eta = central_eta(random);
  parton.phi = random.uniform(-std::numbers::pi, std::numbers::pi);
  parton.is_gluon = random.uniform() < kGluonShare;
  parton.largest_angle = kWidestAngle;
  parton.created_angle = kWidestAngle;
  std::vector<Parton> leaves;
  shower(parton, random, leaves);
  for (const Parton& leaf : leaves) fragment(leaf, random, particles.hadrons);
  add_surroundings(parton.eta, parton.phi, random, particles);
  return true;
}

FourVector sum(const std::vector<FourVector>& constituents) {
  FourVector total;
  for (const FourVector& p : constituents) total += p;
  return total;
}

/// What stands within R of its own axis (a stable cone, found by iteration); empty where none is found.
std::vector<FourVector> jet_of(std::vector<FourVector> seen) {
  constexpr int kMostIterations = 10;
  FourVector axis = sum(seen);
  for (int i = 0; i < kMostIterations; ++i) {
    const double eta = axis.eta();
    const double phi = axis.phi();
    const auto outside = std::partition(seen.begin(), seen.end(), [&](const FourVector& p) {
      return std::hypot(p.eta() - eta, wrapped(p.phi() - phi)) < kRadius;
    });
    if (outside == seen.end()) return seen;
    seen.erase(outside, seen.end());
    axis = sum(seen);
  }
  return {};
}

void require_possible(const GeneratorSettings& settings) {
  using Limits = GeneratorSettings;
  const auto require = [](const char* what, double value, double low, double high) {
    if (!(value >= low && value <= high))
      throw UsageError(fmt::format("{} {}: must be from {} to {}", what, value, low, high));
  };
  require("pT of jets (GeV)", settings.smallest_pt_gev, Limits::kSmallestPtGev, Limits::kLargestPtGev);
  require("pT of jets (GeV)", settings.largest_pt_gev, Limits::kSmallestPtGev, Limits::kLargestPtGev);
  if (!(settings.largest_pt_gev > settings.smallest_pt_gev))
    throw UsageError(fmt::format("pT of jets from {} to {} GeV: the second must be the larger one",
                                 settings.smallest_pt_gev, settings.largest_pt_gev));
  require("mass (GeV)", settings.mass_gev, Limits::kSmallestMassGev, Limits::kLargestMassGev);
  require("smearing", settings.smearing, 0, Limits::kLargestSmearing);
  require("pile-up", settings.pileup, 0, Limits::kLargestPileup);
}

std::optional<GeneratedJet> try_jet(const GeneratorSettings& settings, bool is_top, RandomStream& random) {
  Particles particles;
  if (!(is_top ? make_top : make_qcd)(settings, random, particles)) return std::nullopt;
  if (settings.pileup > 0)
    add_pileup(settings.pileup, particles.eta, particles.phi, random, particles.hadrons);
  std::vector<FourVector> jet = jet_of(detect(particles.hadrons, settings.smearing, random));
  if (jet.size() < 2) return std::nullopt;
  const auto harder = [](const FourVector& a, const FourVector& b) {
    return a.px * a.px + a.py * a.py > b.px * b.px + b.py * b.py;
  };
  std::sort(jet.begin(), jet.end(), harder);
  if (jet.size() > GeneratedJet::kConstituents) jet.resize(GeneratedJet::kConstituents);
  const FourVector axis = sum(jet);
  const double pt_gev = axis.pt();
  if (pt_gev < settings.smallest_pt_gev || pt_gev > settings.largest_pt_gev ||
      std::abs(axis.eta()) > kLargestEta) {
    return std::nullopt;
  }
  GeneratedJet result;
  float* next = result.constituents.data();
  for (const FourVector& p : jet) {
    for (const double component : {p.energy, p.px, p.py, p.pz}) *next++ = static_cast<float>(component);
  }
  const FourVector& truth = particles.truth;
  if (is_top) {
    result.truth = {static_cast<float>(truth.energy), static_cast<float>(truth.px),
                    static_cast<float>(truth.py), static_cast<float>(truth.pz)};
  }
  return result;
}

}  // namespace

GeneratedJet generate_jet(std::uint64_t seed, std::int64_t row, bool is_top,
                          const GeneratorSettings& settings) {
  require_possible(settings);
  RandomStream random(seed, Purpose::generate_jet, 0, static_cast<std::uint64_t>(row));
  for (int i = 0; i < kMostTries; ++i) {
    if (const auto jet = try_jet(settings, is_top, random)) return *jet;
  }
  throw UsageError(
      fmt::format("none of {} {} jets became one of {} to {} GeV{}: give a wider range of pT{}", kMostTries,
                  is_top ? "top" : "QCD", settings.smallest_pt_gev, settings.largest_pt_gev,
                  is_top ? fmt::format(" with all that a mass of {} GeV decays to", settings.mass_gev) : "",
                  is_top ? ", a higher one, or a smaller mass" : ""));
}

}  // namespace jetrain
