#include <cmath>

#include "kernels/exact_sum.hpp"

namespace jetrain::kernels::reference {

bool exact_accumulate(std::span<const float> values, float limit, std::span<std::int64_t> sums) noexcept {
  bool good = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::abs(values[i]) < limit) {
      sums[i] += static_cast<std::int64_t>(std::nearbyint(static_cast<double>(values[i]) * 0x1p40));
    } else {
      good = false;
    }
  }
  return good;
}

}  // namespace jetrain::kernels::reference
