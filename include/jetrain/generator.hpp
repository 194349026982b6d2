#pragma once

/// \file
/// Synthetic jets for tests, benchmarks and first steps: boosted hadronic tops, and jets from light quarks
/// and gluons, through decay kinematics, a leading-log shower, a simple fragmentation and a simple detector.
/// The jets are realistic enough that a tagger trained on them behaves as on the Top Quark Tagging Reference
/// Dataset (arXiv:1902.09914); they are no substitute for a real event generator in a physics result.

#include <array>
#include <cstdint>

namespace jetrain {

/// One jet as a row of the reference dataset holds it. 550 <= pT <= 650 GeV, |eta| < 2, R = 0.8.
struct GeneratedJet {
  /// Places for constituents.
  static constexpr std::size_t kConstituents = 200;
  /// (200, 4): E, px, py, pz in GeV, massless, by falling pT, zero padded.
  std::array<float, 4 * kConstituents> constituents{};
  /// E, px, py, pz of the top quark in GeV; zero for QCD.
  std::array<float, 4> truth{};
};

/// A jet that is a function of (seed, row, is_top) alone, whoever computes it.
///
/// \param seed chooses the jets
/// \param row of the file that `jetrain generate` would write
/// \param is_top a top's jet, or one of a light quark or gluon
/// \return its constituents, and where it comes from
GeneratedJet generate_jet(std::uint64_t seed, std::int64_t row, bool is_top);

}  // namespace jetrain
