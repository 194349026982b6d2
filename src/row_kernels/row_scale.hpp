#pragma once

/// \file
/// A residual whose share of each channel is learnt: y = scale x + z (He et al., CVPR 2016; residual scale:
/// Shleifer et al., NormFormer, arXiv:2110.09456).

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// One fused multiply-add a value. `scale` (padded channels), 64-byte aligned, 0 in padding. y may be x or z.
void row_scale_forward(ConstRows x, const float* scale, ConstRows z, Rows y);
/// dx = scale dy, and dscale += sum over rows of dy x, in passes of 256 rows (row_sums.hpp); dscale (padded
/// channels), 64-byte aligned. dz is dy. dx may be x or dy.
void row_scale_backward(ConstRows x, const float* scale, ConstRows dy, Rows dx, float* dscale);

namespace reference {
void row_scale_forward(ConstRows x, const float* scale, ConstRows z, Rows y);
void row_scale_backward(ConstRows x, const float* scale, ConstRows dy, Rows dx, float* dscale);
}  // namespace reference

}  // namespace jetrain::kernels
