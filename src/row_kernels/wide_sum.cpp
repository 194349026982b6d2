#include "row_kernels/wide_sum.hpp"

#include <cmath>

#include "kernels/exact_sum.hpp"

namespace jetrain::kernels {

bool wide_accumulate(double value, std::int64_t* words) noexcept {
  if (!(std::abs(value) < kWideLimit)) {
    refused_magnitude() = static_cast<float>(std::abs(value));
    return false;
  }
  const double high = std::nearbyint(value * 0x1p-10);
  words[0] += static_cast<std::int64_t>(high);
  words[1] += static_cast<std::int64_t>(std::nearbyint((value - high * 0x1p10) * 0x1p40));
  return true;
}

double wide_value(const std::int64_t* words) noexcept {
  return static_cast<double>(words[0]) * 0x1p10 + static_cast<double>(words[1]) * 0x1p-40;
}

}  // namespace jetrain::kernels
