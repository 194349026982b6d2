#include "jets/momenta.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "jets/elementary.hpp"

namespace jetrain {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Beyond it pT cosh eta is no float of any pT; exponential() is good for more.
constexpr double kLargestEta = 300;
/// sine_cosine() is good for less.
constexpr double kLargestPhi = 9e4;

/// sinh and cosh of |x| <= 300. The Taylor polynomial of sinh where the exponentials would cancel; its rest
/// is below 1e-17 of it.
struct Hyperbolic {
  double sine;
  double cosine;
};
Hyperbolic hyperbolic(double x) {
  const double up = exponential(x);
  const double down = exponential(-x);
  const double q = x * x;
  double series = 1.0 / (16 * 17);
  series = (series * q + 1.0) / (14 * 15);
  series = (series * q + 1.0) / (12 * 13);
  series = (series * q + 1.0) / (10 * 11);
  series = (series * q + 1.0) / (8 * 9);
  series = (series * q + 1.0) / (6 * 7);
  series = (series * q + 1.0) / (4 * 5);
  series = (series * q + 1.0) / (2 * 3);
  series = (series * q + 1.0) * x;
  return {std::fabs(x) < 1 ? series : 0.5 * (up - down), 0.5 * (up + down)};
}

void put(float* momentum, float e, float px, float py, float pz) {
  momentum[0] = e;
  momentum[1] = px;
  momentum[2] = py;
  momentum[3] = pz;
}

/// Of a logarithm; 0 of -infinity, and infinity where it is no float.
double power_of_e(double x) {
  if (x < -300) return 0;
  return x < 300 ? exponential(x) : std::numeric_limits<double>::infinity();
}

}  // namespace

MomentumMaker::MomentumMaker(const JetMapping& mapping)
    : columns_(mapping.momenta),
      relative_to_(mapping.columns.relative_to),
      logarithms_(mapping.columns.logarithms),
      per_gev_(mapping.columns.unit == MomentumUnit::mev ? 1000.0 : 1.0),
      quantities_(columns_ == MomentumColumns::pt_eta_phi ? 3 : 4) {}

void MomentumMaker::make(std::span<const double* const> columns, const JetAxis& jet,
                         std::span<float> momenta) const {
  double jet_energy = 1;
  if (relative_to_ == RelativeTo::jet && columns_ == MomentumColumns::pt_eta_phi_energy) {
    const double p = std::fabs(jet.eta) < kLargestEta ? jet.pt * hyperbolic(jet.eta).cosine
                                                      : std::numeric_limits<double>::quiet_NaN();
    jet_energy = std::sqrt(p * p + jet.mass * jet.mass);
  }
  const std::size_t count = momenta.size() / 4;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<double, 4> given{};
    for (std::size_t k = 0; k < columns.size(); ++k) given[k] = columns[k][i];
    place(given, jet, jet_energy, &momenta[4 * i]);
  }
}

void MomentumMaker::place(const std::array<double, 4>& given, const JetAxis& jet, double jet_energy,
                          float* momentum) const {
  const auto begin = given.begin();
  const auto end = begin + quantities_;
  if (std::all_of(begin, end, [](double x) { return x == 0; })) return put(momentum, 0, 0, 0, 0);
  if (std::all_of(begin, end, [](double x) { return std::isnan(x); }))
    return put(momentum, kNaN, kNaN, kNaN, kNaN);
  const auto rounded = [&](double x) { return static_cast<float>(x / per_gev_); };
  if (columns_ == MomentumColumns::energy_px_py_pz)
    return put(momentum, rounded(given[0]), rounded(given[1]), rounded(given[2]), rounded(given[3]));

  double pt = logarithms_ ? power_of_e(given[0]) : given[0];
  if (pt == 0) return put(momentum, 0, 0, 0, 0);
  if (pt < 0) return put(momentum, kNaN, kNaN, kNaN, kNaN);
  const bool relative = relative_to_ != RelativeTo::none;
  const double eta = given[1] + (relative ? jet.eta : 0.0);
  const double phi = given[2] + (relative ? jet.phi : 0.0);
  if (relative_to_ == RelativeTo::jet) {
    if (!(jet.pt > 0)) return put(momentum, kNaN, 0, 0, 0);  // -999, say: shares of nothing are no padding
    pt *= jet.pt;
  }
  if (!(std::fabs(eta) < kLargestEta && std::fabs(phi) < kLargestPhi)) return put(momentum, kNaN, 0, 0, 0);
  const Hyperbolic along = hyperbolic(eta);
  const SineCosine around = sine_cosine(phi);
  double energy = pt * along.cosine;
  if (columns_ == MomentumColumns::pt_eta_phi_mass) {
    energy = std::sqrt(energy * energy + given[3] * std::fabs(given[3]));  // NaN of a mass of -999
  }
  if (columns_ == MomentumColumns::pt_eta_phi_energy)
    energy = (logarithms_ ? power_of_e(given[3]) : given[3]) * jet_energy;
  const auto e = rounded(energy);
  const auto pz = rounded(pt * along.sine);
  const auto transverse = rounded(pt);
  if (!std::isfinite(e) || !std::isfinite(pz) || !std::isfinite(transverse) || !std::isfinite(given[3]))
    return put(momentum, kNaN, 0, 0, 0);
  put(momentum, e, rounded(pt * around.cosine), rounded(pt * around.sine), pz);
}

}  // namespace jetrain
