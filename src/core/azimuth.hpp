#pragma once

/// \file
/// atan2 from arithmetic alone, without branches, for `omp simd` loops. Where contraction is off (images,
/// what is made of constituents, row_kernels), its bits are the same with every C library and on every
/// processor.

#include <cmath>
#include <numbers>

#include "core/polynomial.hpp"

namespace jetrain {

/// The azimuth of (x, y) in [-pi, pi], to 1e-15; 0 for (0, 0). The polynomial is a Chebyshev fit of
/// atan(t)/t in t^2 on [0, tan^2(pi/8)].
inline double azimuth(double y, double x) noexcept {
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

}  // namespace jetrain
