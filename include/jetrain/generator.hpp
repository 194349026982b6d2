#pragma once

/// \file
/// Synthetic jets for tests, benchmarks and first steps: boosted hadronic tops, and jets from light quarks
/// and gluons, through decay kinematics, a leading-log shower, a simple fragmentation and a simple detector.
/// The jets are realistic enough that a tagger trained on them behaves as on the Top Quark Tagging Reference
/// Dataset (arXiv:1902.09914); they are no substitute for a real event generator in a physics result.

#include <array>
#include <cstdint>

namespace jetrain {

/// Which jets are made, and what a detector sees of them; the defaults are close to the reference dataset.
struct GeneratorSettings {
  /// Of the jet, after the detector.
  double smallest_pt_gev = 550;
  double largest_pt_gev = 650;
  /// Of the heavy particle that decays as a top does.
  double mass_gev = 173;
  /// Factor of all resolutions of the detector: of tracks, of photons' and of hadrons' energies.
  double smearing = 1;
  /// Mean number of further collisions in the same crossing; their charged particles are known by their
  /// vertices and left out, so that neutral ones remain.
  double pileup = 0;

  bool operator==(const GeneratorSettings&) const = default;

  static constexpr double kSmallestPtGev = 200;
  static constexpr double kLargestPtGev = 5000;
  static constexpr double kSmallestMassGev = 100;
  static constexpr double kLargestMassGev = 1000;
  static constexpr double kLargestSmearing = 20;
  static constexpr double kLargestPileup = 1000;
};

/// One jet as a row of the reference dataset holds it. |eta| < 2, R = 0.8.
struct GeneratedJet {
  /// Places for constituents.
  static constexpr std::size_t kConstituents = 200;
  /// (200, 4): E, px, py, pz in GeV, massless, by falling pT, zero padded.
  std::array<float, 4 * kConstituents> constituents{};
  /// E, px, py, pz of the top quark (or what settings made of it) in GeV; zero for QCD.
  std::array<float, 4> truth{};
};

/// A jet that is a function of (seed, row, is_top) alone, whoever computes it.
///
/// \param seed chooses the jets
/// \param row of the file that `jetrain generate` would write
/// \param is_top a top's jet, or one of a light quark or gluon
/// \param settings which jets, and what is seen of them
/// \return its constituents, and where it comes from
/// \throws UsageError where the settings are out of their ranges, or hardly a jet is as they want it
GeneratedJet generate_jet(std::uint64_t seed, std::int64_t row, bool is_top,
                          const GeneratorSettings& settings = {});

}  // namespace jetrain
