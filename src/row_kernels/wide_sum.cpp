#include "row_kernels/wide_sum.hpp"

#include <cmath>

#include "kernels/exact_sum.hpp"

namespace jetrain::kernels {

namespace {

constexpr double kUnits[kWideWords] = {0x1p24, 0x1p-8, 0x1p-40};

}  // namespace

bool wide_accumulate(double value, std::int64_t* words) noexcept {
  if (!(std::abs(value) < kWideLimit)) {
    refused_magnitude() = static_cast<float>(std::abs(value));
    return false;
  }
  for (std::int64_t i = 0; i < kWideWords; ++i) {
    const double multiple = std::nearbyint(value / kUnits[i]);
    words[i] += static_cast<std::int64_t>(multiple);
    value -= multiple * kUnits[i];
  }
  return true;
}

double wide_value(const std::int64_t* words) noexcept {
  double sum = 0;  // the small ones first
  for (std::int64_t i = kWideWords - 1; i >= 0; --i) sum += static_cast<double>(words[i]) * kUnits[i];
  return sum;
}

}  // namespace jetrain::kernels
