#pragma once

/// \file
/// Two-dimensional convolution (as in deep learning: cross-correlation), stride 1, on one leaf.
/// Weights are stored as Keras does: (kernel rows, kernel columns, in channels, out channels), out channels
/// innermost. The fast kernels and their scalar references share signatures; tests compare them.

#include "jetrain/kernels/lanes.hpp"

namespace jetrain::kernels {

/// The geometry of a convolution. Zeros before = pad_top rows and pad_left columns; the x views carry a halo
/// of at least (pad_top, kernel_rows - 1 - pad_top) rows and (pad_left, kernel_columns - 1 - pad_left)
/// columns, and the dy views the mirrored one: (kernel_rows - 1 - pad_top, pad_top), (kernel_columns - 1 -
/// pad_left, pad_left). For `valid` padding, pads are 0 and y is smaller than x; dy then carries a halo of
/// kernel - 1 on all sides.
struct Conv2dShape {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel_rows = 0;
  std::int64_t kernel_columns = 0;
  std::int64_t pad_top = 0;
  std::int64_t pad_left = 0;
};

/// y[f](r,c) = bias[f] + sum over (k,i,j) of x[k](r+i-pad_top, c+j-pad_left) * weights(i,j,k,f);
/// with `relu`, the larger of that and zero.
void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y);

/// dx[k](r,c) = sum over (f,i,j) of dy[f](r-i+pad_top, c-j+pad_left) * weights(i,j,k,f).
/// Where `mask` has data, it is the ReLU output that x was: dx is set to zero where mask <= 0 (ReLU's
/// backward).
void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx);

/// dweights(i,j,k,f) = sum over lanes, r, c of x[k](r+i-pad_top, c+j-pad_left) * dy[f](r,c);
/// dbias[f] = sum over lanes, r, c of dy[f](r,c). Both are overwritten.
void conv2d_backward_weights(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy, float* dweights,
                             float* dbias);

namespace reference {
void conv2d_forward(const Conv2dShape& shape, ConstPlanes x, const float* weights, const float* bias,
                    bool relu, Planes y);
void conv2d_backward_input(const Conv2dShape& shape, ConstPlanes dy, const float* weights, ConstPlanes mask,
                           Planes dx);
void conv2d_backward_weights(const Conv2dShape& shape, ConstPlanes x, ConstPlanes dy, float* dweights,
                             float* dbias);
}  // namespace reference

}  // namespace jetrain::kernels
