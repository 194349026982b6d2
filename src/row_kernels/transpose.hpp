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

/// to[c][r] = row(r)[c] for c below `columns` and r below 16; `to_stride` counts floats. Rows, of sixteen
/// floats, may stand anywhere, `to` on 64-byte borders.
template <class Row>
inline void transpose_rows(Row row, std::int64_t columns, float* to, std::int64_t to_stride) noexcept {
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

#else

template <class Row>
inline void transpose_rows(Row row, std::int64_t columns, float* to, std::int64_t to_stride) noexcept {
  for (std::int64_t r = 0; r < 16; ++r) {
    const float* const from = row(r);
    for (std::int64_t c = 0; c < columns; ++c) to[c * to_stride + r] = from[c];
  }
}

#endif

/// to[c][r] = from[r][c], c and r below 16; strides count floats.
inline void transpose_square(const float* from, std::int64_t from_stride, float* to,
                             std::int64_t to_stride) noexcept {
  transpose_rows([=](std::int64_t r) { return from + r * from_stride; }, 16, to, to_stride);
}

}  // namespace jetrain::kernels
