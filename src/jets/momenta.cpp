#include "jets/momenta.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

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
inline Hyperbolic hyperbolic(double x) {
  const double up = exponential(x);
  const double down = exponential(-x);
  const double q = x * x;
  double series = 1.0 / 355687428096000.0;
  series = series * q + 1.0 / 1307674368000.0;
  series = series * q + 1.0 / 6227020800.0;
  series = series * q + 1.0 / 39916800.0;
  series = series * q + 1.0 / 362880.0;
  series = series * q + 1.0 / 5040.0;
  series = series * q + 1.0 / 120.0;
  series = series * q + 1.0 / 6.0;
  series = series * q * x + x;
  return {std::fabs(x) < 1 ? series : 0.5 * (up - down), 0.5 * (up + down)};
}

/// Of a logarithm; 0 of -infinity, and infinity where it is no float.
double power_of_e(double x) {
  if (x < -300) return 0;
  return x < 300 ? exponential(x) : std::numeric_limits<double>::infinity();
}

/// & and | of flags where && and || would be branches: loops then have whole vectors. 1 or 0.
using Flag = int;

template <class T>
Flag finite(T x) {
  return std::fabs(x) < std::numeric_limits<T>::infinity() ? 1 : 0;
}
Flag unknown(double x) {
  return std::isnan(x) ? 1 : 0;
}
Flag zero(double x) {
  return x == 0 ? 1 : 0;
}

/// The four columns of a jet's places; zeros where there is no fourth one.
using Columns = std::array<const double*, 4>;

/// What brings quantities of a file to absolute ones.
struct ToAbsolute {
  double pt_factor = 1;
  double eta_shift = 0;
  double phi_shift = 0;
  double energy_factor = 1;
  double per_gev = 1;
};

ToAbsolute to_absolute(RelativeTo relative_to, double per_gev, const JetAxis& jet) {
  ToAbsolute to{.per_gev = per_gev};
  if (relative_to == RelativeTo::none) return to;
  to.eta_shift = jet.eta;
  to.phi_shift = jet.phi;
  if (relative_to != RelativeTo::jet) return to;
  // Shares of nothing, or of a pT of -999, are no padding.
  to.pt_factor = jet.pt > 0 ? jet.pt : std::numeric_limits<double>::quiet_NaN();
  const double p = std::fabs(jet.eta) < kLargestEta ? jet.pt * hyperbolic(jet.eta).cosine
                                                    : std::numeric_limits<double>::quiet_NaN();
  to.energy_factor = std::sqrt(p * p + jet.mass * jet.mass);
  return to;
}

/// The momenta of `n` places: of quantities as they `stand` in the file, and `plain` ones, which are the same
/// but for logarithms. Without branches, for whole vectors.
template <MomentumColumns Kind>
void fill(const Columns& stand, const Columns& plain, std::int64_t n, const ToAbsolute& to, float* momenta) {
  const ToAbsolute by = to;  // a copy: no store can change it
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const double first = stand[0][i];
    const double second = stand[1][i];
    const double third = stand[2][i];
    const double last = stand[3][i];
    const double given_pt = plain[0][i];
    const double fourth = plain[3][i] / by.per_gev;
    const double pt = given_pt * by.pt_factor / by.per_gev;
    const double eta = plain[1][i] + by.eta_shift;
    const double phi = plain[2][i] + by.phi_shift;
    const double eta_size = std::fabs(eta);
    const double phi_size = std::fabs(phi);
    const Flag inside = (eta_size < kLargestEta ? 1 : 0) & (phi_size < kLargestPhi ? 1 : 0);
    const Hyperbolic along = hyperbolic(inside != 0 ? eta : 0.0);
    const SineCosine around = sine_cosine(inside != 0 ? phi : 0.0);
    double energy = pt * along.cosine;
    if constexpr (Kind == MomentumColumns::pt_eta_phi_mass) {
      energy = std::sqrt(energy * energy + fourth * std::fabs(fourth));  // NaN of a mass of -999
    }
    if constexpr (Kind == MomentumColumns::pt_eta_phi_energy) energy = fourth * by.energy_factor;
    const auto e = static_cast<float>(energy);
    const auto px = static_cast<float>(pt * around.cosine);
    const auto py = static_cast<float>(pt * around.sine);
    const auto pz = static_cast<float>(pt * along.sine);
    const auto transverse = static_cast<float>(pt);

    const Flag none = (zero(first) & zero(second) & zero(third) & zero(last)) | zero(given_pt);
    const Flag three = Kind == MomentumColumns::pt_eta_phi ? 1 : 0;
    const Flag nothing_known = unknown(first) & unknown(second) & unknown(third) & (three | unknown(last));
    const Flag padding = nothing_known | (given_pt < 0 ? 1 : 0);
    const Flag good = inside & finite(e) & finite(pz) & finite(transverse) & finite(last);
    const bool number = (good & (none ^ 1) & (padding ^ 1)) != 0;
    const float otherwise = (padding & (none ^ 1)) != 0 ? kNaN : 0.0F;
    float* const momentum = momenta + 4 * i;
    momentum[0] = number ? e : none != 0 ? 0.0F : kNaN;
    momentum[1] = number ? px : otherwise;
    momentum[2] = number ? py : otherwise;
    momentum[3] = number ? pz : otherwise;
  }
}

/// Takes from the end of so many numbers those that are 0, in whole groups.
template <std::int64_t Group>
std::int64_t without_zeros_behind(const double* column, std::int64_t count) {
  const auto any_set = [&](std::int64_t first) {
    bool any = false;
#pragma omp simd reduction(| : any)
    for (std::int64_t i = first; i < first + Group; ++i) any |= column[i] != 0;
    return any;
  };
  while (count >= Group && !any_set(count - Group)) count -= Group;
  return count;
}

/// Of energies and Cartesian momenta.
void fill_cartesian(const Columns& given, std::int64_t n, double per_gev, float* momenta) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const double e = given[0][i];
    const double px = given[1][i];
    const double py = given[2][i];
    const double pz = given[3][i];
    const Flag none = zero(e) & zero(px) & zero(py) & zero(pz);
    const Flag nothing_known = unknown(e) & unknown(px) & unknown(py) & unknown(pz);
    for (std::size_t k = 0; k < 4; ++k)
      momenta[4 * i + static_cast<std::int64_t>(k)] = none != 0 ? 0.0F
                                                      : nothing_known != 0
                                                          ? kNaN
                                                          : static_cast<float>(given[k][i] / per_gev);
  }
}

}  // namespace

MomentumMaker::MomentumMaker(const JetMapping& mapping)
    : columns_(mapping.momenta),
      relative_to_(mapping.columns.relative_to),
      logarithms_(mapping.columns.logarithms),
      per_gev_(mapping.columns.unit == MomentumUnit::mev ? 1000.0 : 1.0),
      quantities_(columns_ == MomentumColumns::pt_eta_phi ? 3 : 4) {}

std::int64_t MomentumMaker::places(std::span<const double> first) const {
  const std::int64_t all = std::ssize(first);
  if (columns_ == MomentumColumns::energy_px_py_pz || logarithms_) return all;
  return without_zeros_behind<1>(first.data(), without_zeros_behind<16>(first.data(), all));
}

void MomentumMaker::make(std::span<const double* const> columns, const JetAxis& jet,
                         std::span<float> momenta) const {
  const std::int64_t count = std::ssize(momenta) / 4;
  static thread_local std::vector<double> room;
  room.resize(static_cast<std::size_t>(3 * count));
  double* const zeros = room.data();
  if (columns.size() < 4) std::fill_n(zeros, count, 0.0);
  Columns given{zeros, zeros, zeros, zeros};
  std::copy(columns.begin(), columns.end(), given.begin());
  Columns plain = given;
  if (logarithms_) {
    const auto put = [&](std::size_t column, double* to) {
      std::transform(given[column], given[column] + count, to, power_of_e);
      plain[column] = to;
    };
    put(0, zeros + count);
    if (columns_ == MomentumColumns::pt_eta_phi_energy) put(3, zeros + 2 * count);
  }
  const ToAbsolute to = to_absolute(relative_to_, per_gev_, jet);
  switch (columns_) {
    case MomentumColumns::energy_px_py_pz:
      return fill_cartesian(given, count, per_gev_, momenta.data());
    case MomentumColumns::pt_eta_phi_energy:
      return fill<MomentumColumns::pt_eta_phi_energy>(given, plain, count, to, momenta.data());
    case MomentumColumns::pt_eta_phi_mass:
      return fill<MomentumColumns::pt_eta_phi_mass>(given, plain, count, to, momenta.data());
    case MomentumColumns::pt_eta_phi:
      return fill<MomentumColumns::pt_eta_phi>(given, plain, count, to, momenta.data());
  }
}

}  // namespace jetrain
