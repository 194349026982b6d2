#pragma once

/// \file
/// Squares of sixteen by sixteen floats with rows and columns exchanged.

#include <cstdint>

#include "kernels/vector.hpp"

namespace jetrain::kernels {

#if defined(__AVX512F__)

/// Vectors a and b, each of four quarters of four floats; `Way` says what becomes of them.
template <int... Way>
inline Vector shuffled(Vector a, Vector b) noexcept {
  return __builtin_shufflevector(a, b, Way...);
}

/// transpose_rows by whole rows: 64 shuffles, whatever `columns` is.
template <class Row>
inline void transpose_sixteen(Row row, std::int64_t columns, float* to, std::int64_t to_stride) noexcept {
  Vector a[16];
  Vector b[16];
  for (int r = 0; r < 16; ++r) std::memcpy(&a[r], row(r), sizeof(Vector));
  for (int r = 0; r < 16; r += 2) {
    b[r] = shuffled<0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29>(a[r], a[r + 1]);
    b[r + 1] = shuffled<2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31>(a[r], a[r + 1]);
  }
  for (int r = 0; r < 16; r += 4) {
    for (int half = 0; half < 2; ++half) {
      const Vector low = b[r + half];
      const Vector high = b[r + half + 2];
      a[r + 2 * half] = shuffled<0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29>(low, high);
      a[r + 2 * half + 1] = shuffled<2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31>(low, high);
    }
  }
  // a[4 g + q], quarter by quarter: columns q, 4 + q, 8 + q, 12 + q of rows 4 g ... 4 g + 3.
  for (int q = 0; q < 4; ++q) {
    const Vector even_low =
        shuffled<0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27>(a[q], a[4 + q]);
    const Vector odd_low =
        shuffled<4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31>(a[q], a[4 + q]);
    const Vector even_high =
        shuffled<0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27>(a[8 + q], a[12 + q]);
    const Vector odd_high =
        shuffled<4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31>(a[8 + q], a[12 + q]);
    const auto first = [](Vector x, Vector y) {
      return shuffled<0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27>(x, y);
    };
    const auto second = [](Vector x, Vector y) {
      return shuffled<4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31>(x, y);
    };
    if (q < columns) store(to + q * to_stride, first(even_low, even_high));
    if (4 + q < columns) store(to + (4 + q) * to_stride, first(odd_low, odd_high));
    if (8 + q < columns) store(to + (8 + q) * to_stride, second(even_low, even_high));
    if (12 + q < columns) store(to + (12 + q) * to_stride, second(odd_low, odd_high));
  }
}

using Quarter = float __attribute__((vector_size(16)));

/// Four columns of four vectors: quarter q of to[c] is, in this order, number c of quarter q of from[0], ...,
/// from[3]. It is its own way back.
inline void transpose_quarters(const Vector (&from)[4], Vector (&to)[4]) noexcept {
  Vector pairs[4];
  for (int r = 0; r < 2; ++r) {
    const Vector a = from[2 * r];
    const Vector b = from[2 * r + 1];
    pairs[r] = shuffled<0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29>(a, b);
    pairs[2 + r] = shuffled<2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31>(a, b);
  }
  for (int half = 0; half < 2; ++half) {
    const Vector low = pairs[2 * half];
    const Vector high = pairs[2 * half + 1];
    to[2 * half] = shuffled<0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29>(low, high);
    to[2 * half + 1] = shuffled<2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31>(low, high);
  }
}

/// transpose_rows of at most four columns, the first four floats of a row: 20 shuffles.
template <class Row>
inline void transpose_four(Row row, std::int64_t columns, float* to, std::int64_t to_stride) noexcept {
  Vector from[4];
  for (int r = 0; r < 4; ++r) {
    Quarter quarters[4];
    for (int q = 0; q < 4; ++q) std::memcpy(&quarters[q], row(4 * q + r), sizeof(Quarter));
    const auto low = __builtin_shufflevector(quarters[0], quarters[1], 0, 1, 2, 3, 4, 5, 6, 7);
    const auto high = __builtin_shufflevector(quarters[2], quarters[3], 0, 1, 2, 3, 4, 5, 6, 7);
    from[r] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
  Vector columns_of[4];
  transpose_quarters(from, columns_of);
  for (int c = 0; c < columns; ++c) store(to + c * to_stride, columns_of[c]);
}

/// to[c][r] = row(r)[c] for c below `columns` and r below 16; `to_stride` counts floats. Rows, of sixteen
/// floats, may stand anywhere, `to` on 64-byte borders.
template <class Row>
inline void transpose_rows(Row row, std::int64_t columns, float* to, std::int64_t to_stride) noexcept {
  if (columns > 8) {
    transpose_sixteen(row, columns, to, to_stride);
    return;
  }
  transpose_four(row, columns < 4 ? columns : 4, to, to_stride);
  if (columns > 4) {
    transpose_four([=](std::int64_t r) { return row(r) + 4; }, columns - 4, to + 4 * to_stride, to_stride);
  }
}

/// Quarter q of a, then that of b, then zeros.
template <int q>
inline Vector quarters(Vector a, Vector b) noexcept {
  using Half = float __attribute__((vector_size(32)));
  const auto both = __builtin_shufflevector(a, b, 4 * q, 4 * q + 1, 4 * q + 2, 4 * q + 3, 16 + 4 * q,
                                            17 + 4 * q, 18 + 4 * q, 19 + 4 * q);
  return __builtin_shufflevector(both, Half{}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// The way back of at most eight columns: to[r][c] = from[c][r], strides count floats; to has rows of sixteen
/// floats, of which those from `columns` on become 0.
inline void transpose_to_rows(const float* from, std::int64_t from_stride, std::int64_t columns, float* to,
                              std::int64_t to_stride) noexcept {
  Vector of_columns[2][4] = {};
  Vector of_rows[2][4];
  for (int c = 0; c < 8; ++c) {
    if (c < columns) of_columns[c / 4][c % 4] = load(from + c * from_stride);
  }
  for (int four = 0; four < 2; ++four) transpose_quarters(of_columns[four], of_rows[four]);
  for (int r = 0; r < 4; ++r) {
    store(to + r * to_stride, quarters<0>(of_rows[0][r], of_rows[1][r]));
    store(to + (4 + r) * to_stride, quarters<1>(of_rows[0][r], of_rows[1][r]));
    store(to + (8 + r) * to_stride, quarters<2>(of_rows[0][r], of_rows[1][r]));
    store(to + (12 + r) * to_stride, quarters<3>(of_rows[0][r], of_rows[1][r]));
  }
}

#else

template <class Row>
inline void transpose_rows(Row row, std::int64_t columns, float* to, std::int64_t to_stride) noexcept {
  for (std::int64_t r = 0; r < 16; ++r) {
    const float* const from = row(r);
    for (std::int64_t c = 0; c < columns; ++c) to[c * to_stride + r] = from[c];
  }
}

inline void transpose_to_rows(const float* from, std::int64_t from_stride, std::int64_t columns, float* to,
                              std::int64_t to_stride) noexcept {
  for (std::int64_t r = 0; r < 16; ++r) {
    for (std::int64_t c = 0; c < 16; ++c) {
      to[r * to_stride + c] = c < columns ? from[c * from_stride + r] : 0.0F;
    }
  }
}

#endif

/// to[c][r] = from[r][c], c and r below 16; strides count floats.
inline void transpose_square(const float* from, std::int64_t from_stride, float* to,
                             std::int64_t to_stride) noexcept {
  transpose_rows([=](std::int64_t r) { return from + r * from_stride; }, 16, to, to_stride);
}

}  // namespace jetrain::kernels
