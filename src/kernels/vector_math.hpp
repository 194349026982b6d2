#pragma once

/// \file
/// Transcendental functions of a vector, from arithmetic alone, so that their bits depend on the instruction
/// set only and not on the machine's C library. NaN stays NaN.

#include <cstdint>

#include "kernels/vector.hpp"

namespace jetrain::kernels {

using IntVector = std::int32_t __attribute__((vector_size(4 * kVectorLanes)));

/// exp(x): x = n ln 2 + r, |r| <= ln 2 / 2, and the Taylor polynomial of r, whose remainder is below 2e-8.
/// Relative error below 3e-7; 0 below -87.3, about 1.7e38 from 88 on.
inline Vector exponential(Vector x) noexcept {
  const Vector clamped = x > broadcast(88.0F)    ? broadcast(88.0F)
                         : x < broadcast(-88.0F) ? broadcast(-88.0F)
                                                 : x;
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
  const Vector shifted = clamped * 1.44269504F + 12582912.0F;
  const Vector n = shifted - 12582912.0F;
  const Vector r = clamped - n * 0.693359375F + n * 2.12194440e-4F;  // ln 2 in two parts (Cody and Waite)
  Vector sum = broadcast(1.0F / 5040);
  sum = sum * r + 1.0F / 720;
  sum = sum * r + 1.0F / 120;
  sum = sum * r + 1.0F / 24;
  sum = sum * r + 1.0F / 6;
  sum = sum * r + 0.5F;
  sum = sum * r + 1.0F;
  sum = sum * r + 1.0F;
  const IntVector power = ((IntVector)shifted - 0x4b400000 + 127) << 23;
  const Vector result = sum * (Vector)power;
  return x < broadcast(-87.3F) ? Vector{} : result;
}

inline Vector sigmoid(Vector x) noexcept {
  return 1.0F / (1.0F + exponential(-x));
}

/// Absolute error below 2e-7.
inline Vector hyperbolic_tangent(Vector x) noexcept {
  return 2.0F * sigmoid(2.0F * x) - 1.0F;
}

/// Phi(x), the normal distribution's share below x, from erf by Abramowitz and Stegun, Handbook of
/// Mathematical Functions (1964), 7.1.26: absolute error below 2e-7.
inline Vector normal_share(Vector x) noexcept {
  const Vector z = x * 0.70710678F;
  const Vector size = z < Vector{} ? -z : z;
  const Vector t = 1.0F / (1.0F + 0.3275911F * size);
  const Vector polynomial =
      ((((1.061405429F * t - 1.453152027F) * t + 1.421413741F) * t - 0.284496736F) * t + 0.254829592F) * t;
  const Vector tail = 0.5F * polynomial * exponential(-(size * size));
  return z < Vector{} ? tail : 1.0F - tail;
}

/// The density that belongs to it: exp(-x^2 / 2) / sqrt(2 pi).
inline Vector normal_density(Vector x) noexcept {
  return 0.39894228F * exponential(x * x * -0.5F);
}

}  // namespace jetrain::kernels
