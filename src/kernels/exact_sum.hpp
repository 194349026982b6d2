#pragma once

/// \file
/// Sums that do not depend on their order. A float32 value becomes a 64-bit integer in units of 2^-40
/// (resolution 1e-12, rounded to nearest even); integers add associatively, so threads and ranks may add in
/// any order and through any allreduce algorithm, and the sum has the same bits. Overflow is excluded
/// beforehand: with n addends, each addend must stay below exact_sum_limit(n), checked where it is converted.

#include <cstdint>
#include <span>

namespace jetrain::kernels {

inline constexpr float kExactScale = 0x1p40F;
inline constexpr double kExactUnit = 0x1p-40;

/// The bound that every one of `addends` values must stay below so that their sum fits 63 bits.
float exact_sum_limit(std::int64_t addends) noexcept;

/// Of this thread: the largest magnitude among the values that were not below their limit last; perhaps
/// infinite or NaN.
float& refused_magnitude() noexcept;

/// sums[i] += round(values[i] * 2^40). Returns false where a value is not finite or |value| >= limit.
bool exact_accumulate(std::span<const float> values, float limit, std::span<std::int64_t> sums) noexcept;

/// The same for one double (losses, counts).
bool exact_accumulate(double value, double limit, std::int64_t& sum) noexcept;

inline double exact_value(std::int64_t sum) noexcept {
  return static_cast<double>(sum) * kExactUnit;
}

namespace reference {
bool exact_accumulate(std::span<const float> values, float limit, std::span<std::int64_t> sums) noexcept;
}

}  // namespace jetrain::kernels
