#pragma once

/// \file
/// The logarithm in double precision from arithmetic alone, without branches, for `omp simd` loops. Where
/// contraction is off (row_kernels), its bits are the same on every processor.

#include <bit>
#include <cstdint>

#include "core/polynomial.hpp"

namespace jetrain::kernels {

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

}  // namespace jetrain::kernels
