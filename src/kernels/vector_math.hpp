#pragma once

/// \file
/// Transcendental functions of a vector, from arithmetic alone, so that their bits depend neither on the
/// machine's C library nor on what the including file's compiler may contract: each fused multiply-add is
/// said, and no product is added to anything else. NaN stays NaN.

#include <cstdint>

#include "kernels/multiply_add.hpp"
#include "kernels/vector.hpp"

namespace jetrain::kernels {

using IntVector = std::int32_t __attribute__((vector_size(4 * kVectorLanes)));

/// The polynomial of x with these coefficients, that of the highest power first.
template <class... Coefficients>
inline Vector polynomial(Vector x, float first, Coefficients... others) noexcept {
  Vector sum = broadcast(first);
  ((sum = multiply_add(sum, x, broadcast(others))), ...);
  return sum;
}

/// exp(x): x = n ln 2 + r, |r| <= ln 2 / 2, and the Taylor polynomial of r, whose remainder is below 2e-8.
/// Relative error below 3e-7; 0 below -87.3, about 1.7e38 from 88 on.
inline Vector exponential(Vector x) noexcept {
  const Vector clamped = x > broadcast(88.0F)    ? broadcast(88.0F)
                         : x < broadcast(-88.0F) ? broadcast(-88.0F)
                                                 : x;
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
  const Vector shifted = multiply_add(clamped, broadcast(1.44269504F), broadcast(12582912.0F));
  const Vector n = shifted - 12582912.0F;
  // ln 2 in two parts (Cody and Waite).
  const Vector rough = negative_multiply_add(n, broadcast(0.693359375F), clamped);
  const Vector r = multiply_add(n, broadcast(2.12194440e-4F), rough);
  const Vector sum =
      polynomial(r, 1.0F / 5040, 1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F);
  const IntVector power = ((IntVector)shifted - 0x4b400000 + 127) << 23;
  const Vector result = sum * (Vector)power;
  return x < broadcast(-87.3F) ? Vector{} : result;
}

/// exponential(x), the same bits, for x <= 0 and NaN.
inline Vector exponential_below_zero(Vector x) noexcept {
  const Vector clamped = x < broadcast(-88.0F) ? broadcast(-88.0F) : x;
  const Vector shifted = multiply_add(clamped, broadcast(1.44269504F), broadcast(12582912.0F));
  const Vector n = shifted - 12582912.0F;
  const Vector rough = negative_multiply_add(n, broadcast(0.693359375F), clamped);
  const Vector r = multiply_add(n, broadcast(2.12194440e-4F), rough);
  const Vector sum =
      polynomial(r, 1.0F / 5040, 1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F);
  const IntVector power = ((IntVector)shifted << 23) + 0x3f800000;
  const Vector result = sum * (Vector)power;
  return x < broadcast(-87.3F) ? Vector{} : result;
}

/// ln x of normal numbers: x = 2^n (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and the polynomial of Cephes'
/// logf (Moshier, www.netlib.org/cephes) for ln(1 + f) = f - f^2 / 2 + f^3 p(f). Relative error below 1e-7.
/// Of 0 and of numbers below 2^-126 -infinity, of infinity infinity, of negative numbers NaN.
inline Vector logarithm(Vector x) noexcept {
  constexpr std::int32_t kRootOfHalf = 0x3f3504f3;
  const IntVector bits = (IntVector)x;
  const IntVector power = (bits - kRootOfHalf) >> 23;
  const Vector f = (Vector)(bits - (power << 23)) - 1.0F;
  // To float: 1.5 * 2^23 with a whole number in its low bits, less 1.5 * 2^23.
  const Vector n = (Vector)(power + 0x4b400000) - 12582912.0F;
  const Vector sum =
      polynomial(f, 7.0376836292e-2F, -1.1514610310e-1F, 1.1676998740e-1F, -1.2420140846e-1F,
                 1.4249322787e-1F, -1.6668057665e-1F, 2.0000714765e-1F, -2.4999993993e-1F, 3.3333331174e-1F);
  const Vector square = f * f;
  Vector rest = multiply_add(sum * f, square, n * -2.12194440e-4F);
  rest = multiply_add(square, broadcast(-0.5F), rest);
  const Vector result = multiply_add(n, broadcast(0.693359375F), f + rest);
  const Vector infinity = broadcast(__builtin_inff());
  const Vector above = x < infinity ? result : x;  // infinity and NaN stay
  const Vector tiny = x < broadcast(0x1p-126F) ? -infinity : above;
  return x < Vector{} ? broadcast(__builtin_nanf("")) : tiny;
}

inline Vector sigmoid(Vector x) noexcept {
  return 1.0F / (1.0F + exponential(-x));
}

/// Absolute error below 2e-7.
inline Vector hyperbolic_tangent(Vector x) noexcept {
  return multiply_add(broadcast(2.0F), sigmoid(2.0F * x), broadcast(-1.0F));
}

/// Phi(x), the normal distribution's share below x, from erf by Abramowitz and Stegun, Handbook of
/// Mathematical Functions (1964), 7.1.26: absolute error below 2e-7.
inline Vector normal_share(Vector x) noexcept {
  const Vector z = x * 0.70710678F;
  const Vector size = z < Vector{} ? -z : z;
  const Vector t = 1.0F / multiply_add(broadcast(0.3275911F), size, broadcast(1.0F));
  const Vector sum = polynomial(t, 1.061405429F, -1.453152027F, 1.421413741F, -0.284496736F, 0.254829592F);
  // Held in a register, lest the compiler fuses the product into the subtraction.
  const Vector tail = in_register(0.5F * (sum * t) * exponential_below_zero(-(size * size)));
  return z < Vector{} ? tail : 1.0F - tail;
}

/// The density that belongs to it: exp(-x^2 / 2) / sqrt(2 pi).
inline Vector normal_density(Vector x) noexcept {
  return 0.39894228F * exponential_below_zero(x * x * -0.5F);
}

}  // namespace jetrain::kernels
