#pragma once

#include "kernels/multiply_add.hpp"
#include "row_kernels/row_batch_norm.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {

/// Adds the moments of rows (of edges) whose values are value(row, at), a vector from the float `at` on.
template <class Value>
void add_moments_of(RowMoments& moments, std::int64_t rows, const Value& value) {
  if (rows == 0) return;
  const std::int64_t width = padded_channels(moments.channels);
  float* centre = moments.centre;
  if (moments.rows == 0) {
    const std::int64_t first = rows < kPassRows ? rows : kPassRows;
    sum_over_rows<1>(
        first, width, {centre},
        [=](std::int64_t row, std::int64_t at, std::array<Vector, 1>& pass) { pass[0] += value(row, at); });
    for (std::int64_t k = 0; k < width; ++k) centre[k] /= static_cast<float>(first);
  }
  sum_over_rows<2>(rows, width, {moments.sums, moments.squares},
                   [=](std::int64_t row, std::int64_t at, std::array<Vector, 2>& pass) {
                     const Vector distance = value(row, at) - load(centre + at);
                     pass[0] += distance;
                     pass[1] = multiply_add(distance, distance, pass[1]);
                   });
  moments.rows += rows;
}

}  // namespace jetrain::kernels
