#pragma once

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

/// The sum over the sixteen lanes, always in the same order.
inline float sum_of_lanes(const float* lanes) noexcept {
  float parts[kLanes / 2];
  for (int i = 0; i < 8; ++i) parts[i] = lanes[i] + lanes[i + 8];
  for (int i = 0; i < 4; ++i) parts[i] += parts[i + 4];
  return (parts[0] + parts[2]) + (parts[1] + parts[3]);
}

}  // namespace jetrain::kernels
