#pragma once

/// \file
/// Sums that do not depend on their order, as kernels/exact_sum.hpp has them, for numbers of any size that
/// statistics of data come in: a leaf's sum over its rows of means and variances up to 1e12. A sum is three
/// 64-bit integers: multiples of 2^24, of what is left multiples of 2^-8, and of what is left then multiples
/// of 2^-40. No addend moves a word by more than 2^32, so that 2^30 of them do not overflow, and none is
/// carried from word to word, which would depend on the order.

#include <cstdint>

namespace jetrain::kernels {

inline constexpr std::int64_t kWideWords = 3;

/// An addend's bound: 1e12 times the 51,200 edges of a full leaf with sixteen neighbours each, and a little
/// more (of the 640,000 between all constituents, 1e11).
inline constexpr double kWideLimit = 0x1p56;

/// Adds to the words. Returns false, and adds nothing, where |value| is not below the limit, or
/// is not a number.
bool wide_accumulate(double value, std::int64_t* words) noexcept;

double wide_value(const std::int64_t* words) noexcept;

}  // namespace jetrain::kernels
