#include "row_kernels/pair_features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/azimuth.hpp"
#include "kernels/double_math.hpp"
#include "kernels/scratch.hpp"

namespace jetrain::kernels {
namespace {

constexpr double kLeast = 1e-8;

double at_least(double x) {
  return x > kLeast ? x : kLeast;
}

/// One constituent.
struct Particle {
  double e, px, py, pz, pt, rapidity, phi, mass2;
};

Particle particle_of(const float* momentum) {
  Particle p{};
  p.e = momentum[0];
  p.px = momentum[1];
  p.py = momentum[2];
  p.pz = momentum[3];
  p.pt = at_least(std::sqrt(p.px * p.px + p.py * p.py));
  p.rapidity = 0.5 * double_logarithm(at_least(p.e + p.pz) / at_least(p.e - p.pz));
  p.phi = azimuth(p.py, p.px);
  p.mass2 = p.e * p.e - p.px * p.px - p.py * p.py - p.pz * p.pz;
  return p;
}

struct Features {
  double ln_kt, ln_z, ln_delta, ln_mass2;
};

/// Inlined, or the loop below would be no vector's.
[[gnu::always_inline]] inline Features features_of(const Particle& a, const Particle& b) {
  constexpr double kPi = std::numbers::pi;
  double phi = a.phi - b.phi;
  phi = phi >= kPi ? phi - 2 * kPi : phi;
  phi = phi < -kPi ? phi + 2 * kPi : phi;
  const double rapidity = a.rapidity - b.rapidity;
  const double distance = std::sqrt(rapidity * rapidity + phi * phi);
  const double low = a.pt < b.pt ? a.pt : b.pt;
  const double product = a.e * b.e - a.px * b.px - a.py * b.py - a.pz * b.pz;
  return {double_logarithm(at_least(low * distance)), double_logarithm(at_least(low / (a.pt + b.pt))),
          double_logarithm(at_least(distance)),
          double_logarithm(at_least(a.mass2 + b.mass2 + 2.0 * product))};
}

/// Of the jet's particles, number by number, each (n).
struct Particles {
  double *e, *px, *py, *pz, *pt, *rapidity, *phi, *mass2;

  Particles(std::int64_t n, double* memory)
      : e(memory),
        px(memory + n),
        py(memory + 2 * n),
        pz(memory + 3 * n),
        pt(memory + 4 * n),
        rapidity(memory + 5 * n),
        phi(memory + 6 * n),
        mass2(memory + 7 * n) {}
  void set(std::int64_t i, const Particle& p) const {
    e[i] = p.e;
    px[i] = p.px;
    py[i] = p.py;
    pz[i] = p.pz;
    pt[i] = p.pt;
    rapidity[i] = p.rapidity;
    phi[i] = p.phi;
    mass2[i] = p.mass2;
  }
  Particle at(std::int64_t i) const {
    return {e[i], px[i], py[i], pz[i], pt[i], rapidity[i], phi[i], mass2[i]};
  }
};

/// Features of particle i and those before it: (features, n).
void features_of_one(std::int64_t n, std::int64_t i, const Particles& particles, float* features) {
  const Particle one = particles.at(i);
  // A copy whose address nobody has: the compiler knows that no store changes its pointers.
  const Particles own = particles;
#pragma omp simd
  for (std::int64_t j = 0; j < i; ++j) {
    const Particle other = own.at(j);
    const Features of_both = features_of(one, other);
    features[j] = static_cast<float>(of_both.ln_kt);
    features[n + j] = static_cast<float>(of_both.ln_z);
    features[2 * n + j] = static_cast<float>(of_both.ln_delta);
    features[3 * n + j] = static_cast<float>(of_both.ln_mass2);
  }
}

}  // namespace

void pair_features(ConstRows momenta, Rows pairs) {
  thread_local Scratch<double> numbers;
  thread_local Scratch<float> columns;
  const std::int64_t n = momenta.rows;
  const Particles particles(n, numbers.reserve(8 * n));
  for (std::int64_t i = 0; i < n; ++i) particles.set(i, particle_of(momenta.row(i)));
  float* const column = columns.reserve(kPairFeatures * n);  // (features, n), of the pairs with one i
  for (std::int64_t i = 1; i < n; ++i) {
    features_of_one(n, i, particles, column);
    float* row = pairs.row(i * (i - 1) / 2);
    for (std::int64_t j = 0; j < i; ++j, row += kLanes) {
      for (std::int64_t k = 0; k < kPairFeatures; ++k) row[k] = column[k * n + j];
      std::fill(row + kPairFeatures, row + kLanes, 0.0F);
    }
  }
}

namespace reference {

void pair_features(ConstRows momenta, Rows pairs) {
  std::int64_t pair = 0;
  for (std::int64_t i = 0; i < momenta.rows; ++i) {
    for (std::int64_t j = 0; j < i; ++j, ++pair) {
      const Features features = features_of(particle_of(momenta.row(i)), particle_of(momenta.row(j)));
      const double values[] = {features.ln_kt, features.ln_z, features.ln_delta, features.ln_mass2};
      for (std::int64_t k = 0; k < kLanes; ++k) {
        pairs.row(pair)[k] = k < kPairFeatures ? static_cast<float>(values[k]) : 0.0F;
      }
    }
  }
}

}  // namespace reference

}  // namespace jetrain::kernels
