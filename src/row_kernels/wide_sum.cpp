#include "row_kernels/wide_sum.hpp"

#include <cmath>

#include "kernels/exact_sum.hpp"

namespace jetrain::kernels {

namespace {

/// A multiple of 2^10 in units of 2^-40.
constexpr std::int64_t kHighUnit = std::int64_t{1} << 50;

/// Brings words[1] below half a multiple of words[0]; the sum stays.
void carry(std::int64_t* words) noexcept {
  const std::int64_t multiples = (words[1] + kHighUnit / 2) >> 50;  // rounded down, of negative ones, too
  words[0] += multiples;
  words[1] -= multiples * kHighUnit;
}

}  // namespace

bool wide_accumulate(double value, std::int64_t* words) noexcept {
  if (!(std::abs(value) < kWideLimit)) {
    refused_magnitude() = static_cast<float>(std::abs(value));
    return false;
  }
  const double high = std::nearbyint(value * 0x1p-10);
  words[0] += static_cast<std::int64_t>(high);
  words[1] += static_cast<std::int64_t>(std::nearbyint((value - high * 0x1p10) * 0x1p40));
  carry(words);
  return true;
}

double wide_value(const std::int64_t* words) noexcept {
  std::int64_t sum[kWideWords] = {words[0], words[1]};
  carry(sum);  // the value is a function of the sum, not of how it came to be two words
  return static_cast<double>(sum[0]) * 0x1p10 + static_cast<double>(sum[1]) * 0x1p-40;
}

}  // namespace jetrain::kernels
