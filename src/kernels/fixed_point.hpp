#pragma once

/// \file
/// Vectors of floats into 64-bit fixed point, in units of 2^-40 (see exact_sum.hpp).

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/exact_sum.hpp"
#include "kernels/vector.hpp"

namespace jetrain::kernels {

using IntVector = std::int32_t __attribute__((vector_size(4 * kVectorLanes)));

/// Watches the largest magnitude of all values seen. Floats without their sign bit compare like integers,
/// and infinities and NaNs compare above all numbers, so one integer maximum finds all that may not be added.
class MagnitudeWatch {
 public:
  void see(Vector values) noexcept {
    IntVector bits;
    std::memcpy(&bits, &values, sizeof bits);
    bits &= 0x7FFFFFFF;
    largest_ = bits > largest_ ? bits : largest_;
  }

  void see(float value) noexcept { see(broadcast(value)); }

  /// Where it is not, the largest magnitude is the thread's `refused_magnitude`.
  bool below(float limit) const noexcept {
    std::int32_t largest = 0;
    for (int i = 0; i < kVectorLanes; ++i) largest = largest_[i] > largest ? largest_[i] : largest;
    if (largest < std::bit_cast<std::int32_t>(limit)) return true;
    refused_magnitude() = std::bit_cast<float>(largest);
    return false;
  }

 private:
  IntVector largest_{};
};

/// To the nearest integer, ties to even. Below 2^23, adding and subtracting 2^23 leaves no bits for a
/// fraction; from there on floats are integers.
inline Vector round_to_even(Vector x) noexcept {
  IntVector bits;
  std::memcpy(&bits, &x, sizeof bits);
  const IntVector magnitude = bits & 0x7FFFFFFF;
  const auto bound = std::bit_cast<std::int32_t>(0x1p23F);
  const IntVector magic_bits = magnitude < bound ? (bits ^ magnitude) | bound : IntVector{};
  Vector magic;
  std::memcpy(&magic, &magic_bits, sizeof magic);
  return (x + magic) - magic;
}

/// sums[i] += round(values[i] * 2^40) for the vector's values. Sums wrap where a value is out of range; the
/// MagnitudeWatch tells.
inline void add_fixed_point(std::int64_t* sums, Vector values) noexcept {
  constexpr int kHalf = kVectorLanes / 2;
  using Floats = float __attribute__((vector_size(4 * kHalf)));
  using Integers = std::int64_t __attribute__((vector_size(8 * kHalf)));
  using Sums = std::uint64_t __attribute__((vector_size(8 * kHalf)));
  const Vector rounded = round_to_even(values * kExactScale);
  Floats halves[2];
  std::memcpy(&halves, &rounded, sizeof rounded);
  for (int h = 0; h < 2; ++h) {
    Sums total;  // where it stands is not aligned
    std::memcpy(&total, sums + h * kHalf, sizeof total);
    total += (Sums) __builtin_convertvector(halves[h], Integers);
    std::memcpy(sums + h * kHalf, &total, sizeof total);
  }
}

/// The same for one value.
inline void add_fixed_point(std::int64_t& sum, float value) noexcept {
  const float scaled = value * kExactScale;
  // Out of range is undefined in C++; any number will do then.
  const auto integer = std::abs(scaled) < 0x1p63F ? static_cast<std::int64_t>(std::nearbyint(scaled)) : 0;
  sum = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) + static_cast<std::uint64_t>(integer));
}

}  // namespace jetrain::kernels
