#pragma once

/// \file
/// Sums over rows, in the one order that all kernels of sets have: passes of 256 rows, each from zero and in
/// order, added in order.

#include <array>

#include "kernels/vector.hpp"

namespace jetrain::kernels {

/// Of a pass. Who works through rows in blocks takes multiples of it.
inline constexpr std::int64_t kPassRows = 256;

namespace row_sums_detail {

/// kPasses whole passes side by side (one that may be shorter): enough sums under way that none waits for
/// the one before.
template <int kVectors, int kPasses, std::size_t kSums, class Add>
void sum_passes(std::int64_t first, std::int64_t rows, std::int64_t at, const std::array<float*, kSums>& sums,
                const Add& add) {
  std::array<Vector, kSums> pass[kPasses][kVectors] = {};
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int p = 0; p < kPasses; ++p) {
      for (int v = 0; v < kVectors; ++v) {
        add(first + p * kPassRows + r, at + v * kVectorLanes, pass[p][v]);
      }
    }
  }
  for (int p = 0; p < kPasses; ++p) {
    for (int v = 0; v < kVectors; ++v) {
      for (std::size_t i = 0; i < kSums; ++i) {
        float* sum = sums[i] + at + v * kVectorLanes;
        store(sum, load(sum) + pass[p][v][i]);
      }
    }
  }
}

template <int kVectors, std::size_t kSums, class Add>
void sum_columns(std::int64_t rows, std::int64_t at, const std::array<float*, kSums>& sums, const Add& add) {
  constexpr int kPasses = 4 / kVectors;
  std::int64_t row = 0;
  for (; rows - row >= kPasses * kPassRows; row += kPasses * kPassRows) {
    sum_passes<kVectors, kPasses>(row, kPassRows, at, sums, add);
  }
  for (; row < rows; row += kPassRows) {
    sum_passes<kVectors, 1>(row, rows - row < kPassRows ? rows - row : kPassRows, at, sums, add);
  }
}

}  // namespace row_sums_detail

/// Adds to sums[i], each of `width` floats (a multiple of sixteen, 64-byte aligned), the sums over rows
/// 0 ... rows - 1. add(row, at, pass) adds to pass[i] what the row has for the floats from `at` on.
template <std::size_t kSums, class Add>
void sum_over_rows(std::int64_t rows, std::int64_t width, const std::array<float*, kSums>& sums,
                   const Add& add) {
  std::int64_t at = 0;
  for (; width - at >= 4 * kVectorLanes; at += 4 * kVectorLanes) {
    row_sums_detail::sum_columns<4>(rows, at, sums, add);
  }
  for (; width - at >= 2 * kVectorLanes; at += 2 * kVectorLanes) {
    row_sums_detail::sum_columns<2>(rows, at, sums, add);
  }
  for (; width - at >= kVectorLanes; at += kVectorLanes) {
    row_sums_detail::sum_columns<1>(rows, at, sums, add);
  }
}

}  // namespace jetrain::kernels
