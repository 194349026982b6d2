#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace jetrain {

/// Of a jet's momentum (4): E, px, py, pz in GeV. In double precision, where the squares of float32 numbers
/// are exact.
inline double pt_of_jet(std::span<const float> jet) {
  const double x = jet[1];
  const double y = jet[2];
  return std::sqrt(x * x + y * y);
}

/// In GeV; 0 where rounding leaves a negative square.
inline double mass_of_jet(std::span<const float> jet) {
  const double e = jet[0];
  const double x = jet[1];
  const double y = jet[2];
  const double z = jet[3];
  return std::sqrt(std::max(0.0, (e * e - z * z) - (x * x + y * y)));
}

}  // namespace jetrain
