#pragma once

/// \file
/// From rows of pairs, each pair once, to attention's matrices of queries and keys, and back.

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// pairs: (n (n - 1) / 2, heads), the pair (i, j), i > j, in row i (i - 1) / 2 + j. matrices: (heads, n keys,
/// padded n queries), 64-byte aligned: [h][j][i] = [h][i][j] = the pair's, 0 on the diagonal and in padding.
void pairs_to_matrices(ConstRows pairs, std::int64_t n, float* matrices);
/// The way back: a pair's gradient is that of (query i, key j) plus that of (query j, key i). Padding 0.
void matrices_to_pairs(const float* matrices, std::int64_t n, Rows pairs);

namespace reference {
void pairs_to_matrices(ConstRows pairs, std::int64_t n, float* matrices);
void matrices_to_pairs(const float* matrices, std::int64_t n, Rows pairs);
}  // namespace reference

}  // namespace jetrain::kernels
