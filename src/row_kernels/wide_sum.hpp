#pragma once

/// \file
/// Sums that do not depend on their order, as kernels/exact_sum.hpp has them, for numbers of any size that
/// statistics of data come in: a leaf's sum over its rows of means and variances up to 1e12. A sum is two
/// 64-bit integers: multiples of 2^10, and what is left in units of 2^-40.

#include <cstdint>

namespace jetrain::kernels {

inline constexpr std::int64_t kWideWords = 2;

/// An addend's bound: 1e12 times the 51,200 edges of a full leaf with sixteen neighbours each, and a little
/// more (of the 640,000 between all constituents, 1e11). With it, 131,072 leaves (batches of 2 million) do
/// not overflow, on up to 8,192 threads.
inline constexpr double kWideLimit = 0x1p56;

/// Adds to words[0] and words[1]. Returns false, and adds nothing, where |value| is not below the limit, or
/// is not a number.
bool wide_accumulate(double value, std::int64_t* words) noexcept;

double wide_value(const std::int64_t* words) noexcept;

}  // namespace jetrain::kernels
