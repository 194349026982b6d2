#include "row_kernels/pair_bias.hpp"

#include <algorithm>

#include "row_kernels/transpose.hpp"

namespace jetrain::kernels {
namespace {

/// Of i and j, which are not equal.
std::int64_t pair_row(std::int64_t i, std::int64_t j) {
  const std::int64_t high = std::max(i, j);
  return high * (high - 1) / 2 + std::min(i, j);
}

alignas(64) constexpr float kNoPair[kLanes] = {};

/// From (heads, sixteen pairs) to sixteen rows, whose padding becomes 0.
void to_rows(const float* of_heads, std::int64_t heads, float* to, std::int64_t stride) {
  if (heads <= 8) {
    transpose_to_rows(of_heads, kLanes, heads, to, stride);
  } else {
    transpose_square(of_heads, kLanes, to, stride);
  }
}

}  // namespace

void pairs_to_matrices(ConstRows pairs, std::int64_t n, float* matrices) {
  const std::int64_t padded = padded_channels(n);
  for (std::int64_t first_head = 0; first_head < pairs.channels; first_head += kLanes) {
    const std::int64_t heads = std::min(kLanes, pairs.channels - first_head);
    for (std::int64_t first = 0; first < padded; first += kLanes) {
      // Of queries after the key a row starts at pair (query, 0); of those before it, at (key, first).
      const std::int64_t stride = pairs.stride();
      const float* after[kLanes];
      std::int64_t step[kLanes] = {};
      for (std::int64_t lane = 0; lane < kLanes; ++lane) {
        const std::int64_t query = first + lane;
        after[lane] = query < n ? pairs.row(query * (query - 1) / 2) + first_head : kNoPair;
        if (query < n) step[lane] = stride;
      }
      for (std::int64_t key = 0; key < n; ++key) {
        float* const to = matrices + (first_head * n + key) * padded + first;
        const float* const before = key > first ? pairs.row(pair_row(key, first)) + first_head : kNoPair;
        const auto of_query_after = [&](std::int64_t lane) { return after[lane] + key * step[lane]; };
        const auto of_query_before = [&](std::int64_t lane) { return before + lane * stride; };
        if (key < first) {
          transpose_rows(of_query_after, heads, to, n * padded);
        } else if (key >= first + kLanes) {
          transpose_rows(of_query_before, heads, to, n * padded);
        } else {
          const auto of_any = [&](std::int64_t lane) {
            return lane < key - first   ? of_query_before(lane)
                   : lane > key - first ? of_query_after(lane)
                                        : kNoPair;
          };
          transpose_rows(of_any, heads, to, n * padded);
        }
      }
    }
  }
}

void matrices_to_pairs(const float* matrices, std::int64_t n, Rows pairs) {
  const std::int64_t padded = padded_channels(n);
  alignas(64) float sums[kLanes][kLanes][kLanes] = {};  // (constituents i, heads, constituents j < i)
  alignas(64) float rows[kLanes * kLanes];
  for (std::int64_t first_head = 0; first_head < pairs.channels; first_head += kLanes) {
    const std::int64_t heads = std::min(kLanes, pairs.channels - first_head);
    for (std::int64_t h = heads; h < kLanes; ++h) {
      for (auto& of_one : sums) std::fill_n(of_one[h], kLanes, 0.0F);
    }
    for (std::int64_t i0 = 0; i0 < n; i0 += kLanes) {
      const std::int64_t count = std::min(kLanes, n - i0);
      for (std::int64_t j0 = 0; j0 <= i0; j0 += kLanes) {
        for (std::int64_t h = 0; h < heads; ++h) {
          const float* const matrix = matrices + (first_head + h) * n * padded;
          const auto keys = [&](std::int64_t j) {  // of queries i0 ...
            return j0 + j < n ? matrix + (j0 + j) * padded + i0 : kNoPair;
          };
          transpose_rows(keys, count, sums[0][h], kLanes * kLanes);
          for (std::int64_t i = 0; i < count; ++i) {
            for (std::int64_t j = 0; j < kLanes; ++j) sums[i][h][j] += matrix[(i0 + i) * padded + j0 + j];
          }
        }
        for (std::int64_t i = 0; i < count; ++i) {
          const std::int64_t partners = std::min(kLanes, i0 + i - j0);
          if (partners <= 0) continue;
          float* const to = pairs.row(pair_row(i0 + i, j0)) + first_head;
          const bool whole = partners == kLanes;
          to_rows(sums[i][0], heads, whole ? to : rows, whole ? pairs.stride() : kLanes);
          for (std::int64_t j = 0; j < partners && !whole; ++j) {
            std::copy_n(rows + j * kLanes, kLanes, to + j * pairs.stride());
          }
        }
      }
    }
  }
}

namespace reference {

void pairs_to_matrices(ConstRows pairs, std::int64_t n, float* matrices) {
  const std::int64_t padded = padded_channels(n);
  for (std::int64_t h = 0; h < pairs.channels; ++h) {
    for (std::int64_t key = 0; key < n; ++key) {
      for (std::int64_t query = 0; query < padded; ++query) {
        const bool is_pair = query < n && query != key;
        matrices[(h * n + key) * padded + query] = is_pair ? pairs.row(pair_row(query, key))[h] : 0.0F;
      }
    }
  }
}

void matrices_to_pairs(const float* matrices, std::int64_t n, Rows pairs) {
  const std::int64_t padded = padded_channels(n);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) {
      for (std::int64_t h = 0; h < pairs.stride(); ++h) {
        const float* const matrix = matrices + h * n * padded;
        pairs.row(pair_row(i, j))[h] =
            h < pairs.channels ? matrix[j * padded + i] + matrix[i * padded + j] : 0.0F;
      }
    }
  }
}

}  // namespace reference

}  // namespace jetrain::kernels
