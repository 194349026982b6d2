#pragma once

/// \file
/// Logarithm, exponential, sine and cosine in double, from arithmetic alone, so that their bits do not depend
/// on the C library. Relative errors are a few 1e-16, far below a float's rounding. Without branches, for
/// `omp simd` loops; files that use them are compiled with -ffp-contract=off, so that they do not depend on
/// the processor, either.

#include <bit>
#include <cstdint>
#include <numbers>

namespace jetrain {

/// Of x > 0, finite, and not below 1e-300: x = 2^k m with m in [sqrt(1/2), sqrt(2)), and
/// log m = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), |s| < 0.172; the rest is below 3e-17.
inline double logarithm(double x) {
  constexpr std::uint64_t kOne = 0x3ff0000000000000;       // 1.0
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcd;  // sqrt(1/2)
  constexpr std::uint64_t kWhole = 0x4330000000000000;     // 2^52, whose low bits count
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t exponent = (bits + (kOne - kRootHalf)) >> 52;  // k + 1023
  const double k = std::bit_cast<double>(exponent | kWhole) - (0x1p52 + 1023.0);
  const double m = std::bit_cast<double>(bits - (exponent << 52) + kOne);
  const double s = (m - 1.0) / (m + 1.0);
  const double q = s * s;
  double sum = 1.0 / 21;
  sum = sum * q + 1.0 / 19;
  sum = sum * q + 1.0 / 17;
  sum = sum * q + 1.0 / 15;
  sum = sum * q + 1.0 / 13;
  sum = sum * q + 1.0 / 11;
  sum = sum * q + 1.0 / 9;
  sum = sum * q + 1.0 / 7;
  sum = sum * q + 1.0 / 5;
  sum = sum * q + 1.0 / 3;
  sum = sum * q + 1.0;
  return 2.0 * s * sum + k * std::numbers::ln2;
}

/// The nearest whole number to x, |x| < 2^51, and its low bits.
struct WholeNumber {
  double value;
  std::uint64_t bits;  ///< as a two's complement in the low 51
};
inline WholeNumber nearest_whole(double x) {
  constexpr double kShift = 0x1.8p52;  // adding it leaves no bit for a fraction
  const double shifted = x + kShift;
  return {shifted - kShift, std::bit_cast<std::uint64_t>(shifted)};
}

/// Of |x| < 700: x = n ln 2 + r, |r| <= ln 2 / 2, and the Taylor polynomial of r, whose rest is below 1e-17.
inline double exponential(double x) {
  constexpr double kUpper = 0x1.62e42fee00000p-1;  // ln 2 in two parts (Cody and Waite)
  constexpr double kLower = 0x1.a39ef35793c76p-33;
  const WholeNumber n = nearest_whole(x * std::numbers::log2e);
  const double r = (x - n.value * kUpper) - n.value * kLower;
  double sum = 1.0 / 6227020800.0;
  sum = sum * r + 1.0 / 479001600.0;
  sum = sum * r + 1.0 / 39916800.0;
  sum = sum * r + 1.0 / 3628800.0;
  sum = sum * r + 1.0 / 362880.0;
  sum = sum * r + 1.0 / 40320.0;
  sum = sum * r + 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  return sum * std::bit_cast<double>((n.bits + 1023) << 52);
}

struct SineCosine {
  double sine;
  double cosine;
};

/// Of |x| < 1e5: x = n pi/2 + r, |r| <= pi/4, and the Taylor polynomials of r, whose rests are below 1e-16.
inline SineCosine sine_cosine(double x) {
  constexpr double kUpper = 0x1.921fb54400000p+0;  // pi/2 in two parts
  constexpr double kLower = 0x1.0b4611a626331p-34;
  const WholeNumber n = nearest_whole(x * (2.0 * std::numbers::inv_pi));
  const double r = (x - n.value * kUpper) - n.value * kLower;
  const double q = r * r;
  double sine = -1.0 / 1307674368000.0;
  sine = sine * q + 1.0 / 6227020800.0;
  sine = sine * q - 1.0 / 39916800.0;
  sine = sine * q + 1.0 / 362880.0;
  sine = sine * q - 1.0 / 5040.0;
  sine = sine * q + 1.0 / 120.0;
  sine = sine * q - 1.0 / 6.0;
  sine = sine * q * r + r;
  double cosine = 1.0 / 20922789888000.0;
  cosine = cosine * q - 1.0 / 87178291200.0;
  cosine = cosine * q + 1.0 / 479001600.0;
  cosine = cosine * q - 1.0 / 3628800.0;
  cosine = cosine * q + 1.0 / 40320.0;
  cosine = cosine * q - 1.0 / 720.0;
  cosine = cosine * q + 1.0 / 24.0;
  cosine = cosine * q - 0.5;
  cosine = cosine * q + 1.0;
  const bool odd = (n.bits & 1) != 0;
  const double first = odd ? cosine : sine;
  const double second = odd ? sine : cosine;
  return {(n.bits & 2) != 0 ? -first : first, ((n.bits + 1) & 2) != 0 ? -second : second};
}

}  // namespace jetrain
