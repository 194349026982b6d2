#pragma once

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

/// y[k] = the mean of x[k] over all pixels; y is (channels, lanes).
void global_avg_pool2d_forward(ConstPlanes x, float* y);
void global_avg_pool2d_backward(const float* dy, Planes dx);

}  // namespace jetrain::kernels
