#pragma once

/// \file
/// Functions of double precision from arithmetic alone, without branches, for `omp simd` loops. Where
/// contraction is off (row_kernels), their bits are the same on every processor.

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace jetrain::kernels {

/// The polynomial of x with these coefficients, that of the highest power first. (Compilers would not
/// vectorise around a loop.)
template <class... Coefficients>
inline double double_polynomial(double x, double first, Coefficients... others) noexcept {
  double sum = first;
  ((sum = sum * x + others), ...);
  return sum;
}

/// ln x of a normal number above 0, to 3e-16 of 1 + |ln x|: x = 2^n m, sqrt(1/2) <= m < sqrt(2), and with
/// s = (m - 1) / (m + 1) the series ln m = 2 (s + s^3 / 3 + s^5 / 5 + ...), s^2 < 0.0295.
inline double double_logarithm(double x) noexcept {
  constexpr std::int64_t kRootOfHalf = 0x3FE6A09E667F3BCD;
  // ln 2 in two parts, the first of few digits, so that n times it is exact.
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  const auto bits = std::bit_cast<std::int64_t>(x);
  const std::int64_t power = (bits - kRootOfHalf) >> 52;
  const double m = std::bit_cast<double>(bits - (power << 52));
  // A whole number below 2^51 in the low bits of 1.5 * 2^52: vectors have no conversion before AVX-512.
  const double n = std::bit_cast<double>(power + 0x4338000000000000) - 0x1.8p52;
  const double s = (m - 1.0) / (m + 1.0);
  const double series = double_polynomial(s * s, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9,
                                          1.0 / 7, 1.0 / 5, 1.0 / 3, 1.0);
  const double of_m = 2.0 * s * series;
  return n * kLn2High + (n * kLn2Low + of_m);
}

/// The azimuth of (x, y) in [-pi, pi], to 1e-15; 0 for (0, 0). The polynomial is a Chebyshev fit of
/// atan(t)/t in t^2 on [0, tan^2(pi/8)].
inline double double_azimuth(double y, double x) noexcept {
  constexpr double kTanPiOver8 = 0.41421356237309503;
  const double ax = std::fabs(x);
  const double ay = std::fabs(y);
  const double small = ay < ax ? ay : ax;
  const double large = ay < ax ? ax : ay;
  // atan(small/large); above pi/8 as pi/4 + atan((small - large) / (small + large)).
  const bool upper = small > kTanPiOver8 * large;
  const double numerator = upper ? small - large : small;
  const double denominator = upper ? small + large : large;
  const double t = numerator / (denominator > 0 ? denominator : 1.0);
  const double series = double_polynomial(
      t * t, -0.0046911105435113827, 0.027168566712746169, -0.046592481923221178, 0.057751009812676612,
      -0.066548241819461562, 0.076915013955884695, -0.09090877606146075, 0.11111110591457371,
      -0.14285714291694596, 0.20000000000349905, -0.33333333333337001, 1.0);
  double angle = t * series + (upper ? std::numbers::pi / 4 : 0.0);
  angle = ay < ax ? angle : std::numbers::pi / 2 - angle;
  angle = x < 0 ? std::numbers::pi - angle : angle;
  angle = large > 0 ? angle : 0.0;
  return y < 0 ? -angle : angle;
}

}  // namespace jetrain::kernels
