#pragma once

/// \file
/// A bit a lane, for masks that stand in memory: sixteen lanes are one word.

#include <cstdint>
#include <cstring>

#include "kernels/vector_math.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace jetrain::kernels {

/// Bit l: a's lane l is at least b's. Of a vector, so of sixteen, eight or four lanes.
inline std::uint32_t bits_at_least(IntVector a, IntVector b) noexcept {
#if defined(__AVX512F__)
  return _mm512_cmpge_epi32_mask((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return static_cast<std::uint32_t>(_mm256_movemask_ps((__m256)(a >= b)));
#elif defined(__x86_64__) && !defined(__AVX__)
  return static_cast<std::uint32_t>(_mm_movemask_ps((__m128)(a >= b)));
#else
  std::uint32_t bits = 0;
  for (int l = 0; l < kVectorLanes; ++l) bits |= std::uint32_t{a[l] >= b[l]} << l;
  return bits;
#endif
}

/// Of sixteen lanes: bit l is set where half `half` (0, 1, ... 7) of the words that stand at 16 (half / 2) +
/// l is at least the threshold. `words`: 64-byte aligned, low halves first.
inline std::uint32_t halves_at_least(const std::uint32_t* words, std::int64_t half,
                                     IntVector threshold) noexcept {
  std::uint32_t bits = 0;
  for (int lane = 0; lane < static_cast<int>(kLanes); lane += kVectorLanes) {
    IntVector values;
    std::memcpy(&values, words + 16 * (half / 2) + lane, sizeof(values));
    values = (half % 2 == 0 ? values : values >> 16) & 0xFFFF;
    bits |= bits_at_least(values, threshold) << lane;
  }
  return bits;
}

/// value in lanes whose bit is set, else 0.
inline Vector where_set(std::uint32_t bits, Vector value) noexcept {
#if defined(__AVX512F__)
  return (Vector)_mm512_maskz_mov_ps(static_cast<__mmask16>(bits), (__m512)value);
#else
  IntVector of_lane{};
  for (int l = 0; l < kVectorLanes; ++l) of_lane[l] = 1 << l;
  const IntVector is_set = ((static_cast<std::int32_t>(bits) - IntVector{}) & of_lane) != 0;
  return is_set ? value : Vector{};
#endif
}

}  // namespace jetrain::kernels
