#include "kernels/exact_sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "kernels/fixed_point.hpp"

namespace jetrain::kernels {

float& refused_magnitude() noexcept {
  thread_local float magnitude = 0;
  return magnitude;
}

float exact_sum_limit(std::int64_t addends) noexcept {
  // n values strictly below 2^23 / n sum to less than 2^23, that is 2^63 units. The largest float below
  // leaves room for the rounding of doubles, too.
  const double bound = 0x1p23 / static_cast<double>(std::max<std::int64_t>(addends, 1));
  float limit = static_cast<float>(bound);
  while (static_cast<double>(limit) >= bound) limit = std::nextafter(limit, 0.0F);
  return limit;
}

bool exact_accumulate(std::span<const float> values, float limit, std::span<std::int64_t> sums) noexcept {
  assert(values.size() <= sums.size());
  MagnitudeWatch watch;
  std::size_t i = 0;
  for (; i + kVectorLanes <= values.size(); i += kVectorLanes) {
    Vector vector;
    std::memcpy(&vector, values.data() + i, sizeof vector);
    watch.see(vector);
    add_fixed_point(sums.data() + i, vector);
  }
  for (; i < values.size(); ++i) {
    watch.see(values[i]);
    add_fixed_point(sums[i], values[i]);
  }
  return watch.below(limit);
}

bool exact_accumulate(double value, double limit, std::int64_t& sum) noexcept {
  if (!(std::abs(value) < limit)) {
    refused_magnitude() = static_cast<float>(std::abs(value));
    return false;
  }
  sum += static_cast<std::int64_t>(std::nearbyint(value * 0x1p40));
  return true;
}

}  // namespace jetrain::kernels
