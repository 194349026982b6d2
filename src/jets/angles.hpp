#pragma once

/// \file
/// atan2 and atanh of floats, computed in double and rounded once: all but about one result in a million are
/// the correctly rounded ones, so that images do not depend on the C library, its version, or the lane a
/// constituent sits in. Written without branches, for `omp simd` loops.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "core/azimuth.hpp"

namespace jetrain {

/// The azimuth of (x, y) in [-pi, pi]; 0 for (0, 0).
inline float azimuth(float y, float x) {
  return static_cast<float>(azimuth(static_cast<double>(y), static_cast<double>(x)));
}

/// atanh; the largest float for |x| >= 1 (along the beam), as numpy's nan_to_num makes of the infinity. The
/// polynomial is a Chebyshev fit of atanh(s)/s in s^2 on [0, 0.042], to about 1e-15.
inline float area_tangent(float x) {
  const double ax = std::fabs(static_cast<double>(x));
  const bool finite = ax < 1;
  const double top = 1 + ax;
  const double bottom = finite ? 1 - ax : 1.0;
  // top / bottom = 2^k (1 + s) / (1 - s), |s| < 0.205. A double's bits are nearly its logarithm to base 2.
  constexpr std::int64_t kOne = std::int64_t{1} << 52;
  const std::int64_t k =
      (std::bit_cast<std::int64_t>(top) - std::bit_cast<std::int64_t>(bottom) + kOne / 2) >> 52;
  const double scaled = bottom * std::bit_cast<double>((k + 1023) * kOne);
  const double s = k == 0 ? ax : (top - scaled) / (top + scaled);
  const double series = double_polynomial(s * s, 0.17114941798371294, 0.050741089120761022,
                                          0.077867020378896742, 0.090879777246020019, 0.11111161277241351,
                                          0.14285713833826277, 0.20000000001800744, 0.3333333333333105, 1.0);
  const double value = s * series + static_cast<double>(k) * (std::numbers::ln2 / 2);
  const double bounded = finite ? value : static_cast<double>(std::numeric_limits<float>::max());
  return static_cast<float>(x < 0 ? -bounded : bounded);
}

}  // namespace jetrain
