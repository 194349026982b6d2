#pragma once

/// \file
/// atan2 and atanh of floats, computed in double and rounded once: all but about one result in a million are
/// the correctly rounded ones, so that images do not depend on the C library, its version, or the lane a
/// constituent sits in. Written without branches, for `omp simd` loops.
///
/// The polynomials are Chebyshev fits of atan(t)/t in t^2 on [0, tan^2(pi/8)] and of atanh(s)/s in s^2 on
/// [0, 0.042], both to about 1e-15.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

namespace jetrain {

template <std::size_t N>
inline double polynomial(const double (&coefficients)[N], double x) {
  double sum = coefficients[N - 1];

  for (std::size_t i = N - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

/// The azimuth of (x, y) in [-pi, pi]; 0 for (0, 0).
inline double azimuth(double y, double x) {
  constexpr double kAtan[] = {1.0,
                              -0.33333333333337001,
                              0.20000000000349905,
                              -0.14285714291694596,
                              0.11111110591457371,
                              -0.09090877606146075,
                              0.076915013955884695,
                              -0.066548241819461562,
                              0.057751009812676612,
                              -0.046592481923221178,
                              0.027168566712746169,
                              -0.0046911105435113827};
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
  double angle = t * polynomial(kAtan, t * t) + (upper ? std::numbers::pi / 4 : 0.0);
  angle = ay < ax ? angle : std::numbers::pi / 2 - angle;
  angle = x < 0 ? std::numbers::pi - angle : angle;
  angle = large > 0 ? angle : 0.0;
  return y < 0 ? -angle : angle;
}
inline float azimuth(float y, float x) {
  return static_cast<float>(azimuth(static_cast<double>(y), static_cast<double>(x)));
}

/// atanh; the largest float for |x| >= 1 (along the beam), as numpy's nan_to_num makes of the infinity.
inline float area_tangent(float x) {
  constexpr double kAtanh[] = {1.0,
                               0.3333333333333105,
                               0.20000000001800744,
                               0.14285713833826277,
                               0.11111161277241351,
                               0.090879777246020019,
                               0.077867020378896742,
                               0.050741089120761022,
                               0.17114941798371294};
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
  const double value = s * polynomial(kAtanh, s * s) + static_cast<double>(k) * (std::numbers::ln2 / 2);
  const double bounded = finite ? value : static_cast<double>(std::numeric_limits<float>::max());
  return static_cast<float>(x < 0 ? -bounded : bounded);
}

}  // namespace jetrain
