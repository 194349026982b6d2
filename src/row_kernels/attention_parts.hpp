#pragma once

/// \file
/// What attention's forward and backward share: a head's rows in dense copies, logits.

#include <algorithm>

#include "kernels/vector_math.hpp"
#include "row_kernels/attention.hpp"
#include "row_kernels/small_product.hpp"
#include "row_kernels/transpose.hpp"

namespace jetrain::kernels {

/// Queries that are worked through together: two vectors of sixteen, so that their logits stay in the
/// first-level cache.
inline constexpr std::int64_t kQueryBlock = 2 * kLanes;

/// 1 / sqrt(size).
float attention_factor(const Attention& attention) noexcept;

/// to[i][c] = factors[i] from[i][c] (all with factors[0] where `one_factor`), (n, padded size), zeros in
/// padding channels and in rows n ... padded n.
void copy_head(ConstHeads from, std::int64_t head, std::int64_t n, std::int64_t size, const float* factors,
               bool one_factor, float* to);
/// to[c][i] = from[i][c], (padded size, padded n).
void transpose_head(const float* from, std::int64_t n, std::int64_t size, float* to);
/// to[i][c] = from[c][i] factors[i] factor of a head's output, for queries first ... first + count - 1;
/// `from` has rows of kQueryBlock floats, padded size of them.
void store_head(const float* from, std::int64_t first, std::int64_t count, std::int64_t size,
                const float* factors, float factor, std::int64_t head, Heads to);

/// logits[j][i] of a block of `width` queries (16 or 32), rows of kQueryBlock floats.
void attention_logits(const Attention& attention, std::int64_t head, const float* transposed_q,
                      std::int64_t first, std::int64_t width, float* logits);

/// Sixteen partial sums by index mod 16, folded.
inline Vector folded(Vector (&partial)[16]) noexcept {
  for (int half = 8; half > 0; half /= 2) {
    for (int r = 0; r < half; ++r) partial[r] += partial[r + half];
  }
  return partial[0];
}

}  // namespace jetrain::kernels
