#pragma once

/// \file
/// Pooling on one leaf: windows of size x size, stride = size, no padding; rows and columns that do not fill
/// a window are left out, as in Keras' `valid`.

#include "jetrain/kernels/lanes.hpp"

namespace jetrain::kernels {

/// y[k](r,c) = the largest x[k] in the window.
void max_pool2d_forward(std::int64_t size, ConstPlanes x, Planes y);

/// dx = dy at the first (row by row) position that holds the window's maximum, 0 elsewhere, also outside all
/// windows. With `relu`, x was a ReLU output: positions with x <= 0 get 0.
void max_pool2d_backward(std::int64_t size, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx);

namespace reference {
void max_pool2d_forward(std::int64_t size, ConstPlanes x, Planes y);
void max_pool2d_backward(std::int64_t size, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx);
}  // namespace reference

}  // namespace jetrain::kernels
