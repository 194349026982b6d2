#pragma once

/// \file
/// Pooling on one leaf: windows of size x size, a window every `stride` rows and columns, the first one
/// pad_top rows and pad_left columns outside the image. What of a window lies outside is left out: it is no
/// maximum and does not count in an average, as in Keras.

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

struct Pool2dShape {
  std::int64_t size = 2;
  std::int64_t stride = 2;
  std::int64_t pad_top = 0;
  std::int64_t pad_left = 0;
};

/// y[k](r,c) = the largest x[k] in the window.
void max_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y);

/// dx = sum of dy over the windows in which this is the first (row by row) position that holds the maximum.
/// With `relu`, x was a ReLU output: positions with x <= 0 get 0.
void max_pool2d_backward(const Pool2dShape& shape, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx);

/// y[k](r,c) = the mean of x[k] over the window's part inside the image.
void avg_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y);
void avg_pool2d_backward(const Pool2dShape& shape, ConstPlanes dy, Planes dx);

namespace reference {
void max_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y);
void max_pool2d_backward(const Pool2dShape& shape, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx);
void avg_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y);
void avg_pool2d_backward(const Pool2dShape& shape, ConstPlanes dy, Planes dx);
}  // namespace reference

}  // namespace jetrain::kernels
