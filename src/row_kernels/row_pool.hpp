#pragma once

/// \file
/// Pools over the rows of each sample, channel by channel: from rows to one feature of sixteen lanes a
/// channel, lane i being sample i (kernels/lanes.hpp).
///  - sum: sum of x (Zaheer et al., "Deep sets", 2017), or of w x with a weight w a row (energy flow
///    networks: Komiske, Metodiev and Thaler, JHEP 01 (2019) 121);
///  - mean: sum / rows; weighted, sum of w x / sum of w;
///  - max.
/// Sums are over the sample's rows in order, in passes of 256 (row_sums.hpp), weighted ones by fused
/// multiply-adds. Of no rows, or where the weights' sum is 0, all of them are 0, and no gradient goes back.
///
/// `weights`: (rows), or null; no gradient goes to them. y and dy: (channels, 16 lanes), 64-byte aligned.
/// Padding channels of x are not looked at, those of dx are 0. `mask`, as x, or null: dx is 0 where it is not
/// above 0, the way back through the ReLU whose output x was.

#include "row_kernels/row_offsets.hpp"
#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

void sum_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y);
void sum_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                       Rows dx);

void mean_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y);
void mean_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                        Rows dx);

/// NaN is larger than all numbers: a diverged network must be seen in its loss.
void max_pool_forward(ConstRows x, const RowOffsets& offsets, float* y);
/// The whole gradient goes to the first of the rows with the largest value.
void max_pool_backward(ConstRows x, const RowOffsets& offsets, const float* dy, Rows dx);

namespace reference {
void sum_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y);
void sum_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                       Rows dx);
void mean_pool_forward(ConstRows x, const RowOffsets& offsets, const float* weights, float* y);
void mean_pool_backward(const RowOffsets& offsets, const float* weights, const float* mask, const float* dy,
                        Rows dx);
void max_pool_forward(ConstRows x, const RowOffsets& offsets, float* y);
void max_pool_backward(ConstRows x, const RowOffsets& offsets, const float* dy, Rows dx);
}  // namespace reference

}  // namespace jetrain::kernels
