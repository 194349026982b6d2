#include "row_kernels/pair_features.hpp"

#include <algorithm>

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
  p.phi = double_azimuth(p.py, p.px);
  p.mass2 = p.e * p.e - p.px * p.px - p.py * p.py - p.pz * p.pz;
  return p;
}

struct Features {
  double values[kPairFeatures];
};

Features features_of(const Particle& a, const Particle& b) {
  constexpr double kPi = std::numbers::pi;
  double phi = a.phi - b.phi;
  phi = phi >= kPi ? phi - 2 * kPi : phi;
  phi = phi < -kPi ? phi + 2 * kPi : phi;
  const double rapidity = a.rapidity - b.rapidity;
  const double distance = std::sqrt(rapidity * rapidity + phi * phi);
  const double low = a.pt < b.pt ? a.pt : b.pt;
  const double product = a.e * b.e - a.px * b.px - a.py * b.py - a.pz * b.pz;
  return {{double_logarithm(at_least(low * distance)), double_logarithm(at_least(low / (a.pt + b.pt))),
           double_logarithm(at_least(distance)),
           double_logarithm(at_least(a.mass2 + b.mass2 + 2.0 * product))}};
}

/// The jet's particles, number by number.
struct Particles {
  Particles(std::int64_t n, double* memory) : stride(n), values(memory) {}
  double* number(std::int64_t which) const { return values + which * stride; }
  void set(std::int64_t i, const Particle& p) const {
    const double of_p[] = {p.e, p.px, p.py, p.pz, p.pt, p.rapidity, p.phi, p.mass2};
    for (std::int64_t k = 0; k < 8; ++k) number(k)[i] = of_p[k];
  }
  Particle at(std::int64_t i) const {
    const double* v = values + i;
    return {v[0],          v[stride],     v[2 * stride], v[3 * stride],
            v[4 * stride], v[5 * stride], v[6 * stride], v[7 * stride]};
  }
  std::int64_t stride;
  double* values;
};

}  // namespace

void pair_features(ConstRows momenta, Rows pairs) {
  thread_local Scratch<double> numbers;
  thread_local Scratch<float> columns;
  const std::int64_t n = momenta.rows;
  const Particles particles(n, numbers.reserve(8 * n));
  for (std::int64_t i = 0; i < n; ++i) particles.set(i, particle_of(momenta.row(i)));
  float* const column = columns.reserve(kPairFeatures * n);  // (features, n), of the pairs with one i
  for (std::int64_t i = 1; i < n; ++i) {
    const Particle one = particles.at(i);
#pragma omp simd
    for (std::int64_t j = 0; j < i; ++j) {
      const Features features = features_of(one, particles.at(j));
      column[j] = static_cast<float>(features.values[0]);
      column[n + j] = static_cast<float>(features.values[1]);
      column[2 * n + j] = static_cast<float>(features.values[2]);
      column[3 * n + j] = static_cast<float>(features.values[3]);
    }
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
      for (std::int64_t k = 0; k < kLanes; ++k) {
        pairs.row(pair)[k] = k < kPairFeatures ? static_cast<float>(features.values[k]) : 0.0F;
      }
    }
  }
}

}  // namespace reference

}  // namespace jetrain::kernels
