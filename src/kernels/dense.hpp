#pragma once

/// \file
/// Fully connected layers on one leaf. Activations are (features, lanes); weights as Keras stores them,
/// (inputs, outputs), outputs innermost.

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

struct DenseShape {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
};

/// y[o] = bias[o] + sum over i of weights(i,o) * x[i]; with `relu`, the larger of that and zero.
void dense_forward(const DenseShape& shape, const float* x, const float* weights, const float* bias,
                   bool relu, float* y);

/// dx[i] = sum over o of weights(i,o) * dy[o]; set to zero where `mask` (may be null; (inputs, lanes)) is <=
/// 0.
void dense_backward_input(const DenseShape& shape, const float* dy, const float* weights, const float* mask,
                          float* dx);

/// Adds this leaf's gradients to exact sums (see exact_sum.hpp): dweights(i,o) += sum over lanes of x[i] *
/// dy[o], dbias[o] (may be null) += sum over lanes of dy[o]. Returns false where a leaf's value is not finite
/// or not below `limit`; the sums are then of no use. `scratch` holds at least dense_scratch_floats(shape)
/// floats, 64-byte aligned.
bool dense_backward_weights(const DenseShape& shape, const float* x, const float* dy, float limit,
                            float* scratch, std::int64_t* dweights, std::int64_t* dbias);
std::int64_t dense_scratch_floats(const DenseShape& shape) noexcept;

namespace reference {
void dense_forward(const DenseShape& shape, const float* x, const float* weights, const float* bias,
                   bool relu, float* y);
void dense_backward_input(const DenseShape& shape, const float* dy, const float* weights, const float* mask,
                          float* dx);
bool dense_backward_weights(const DenseShape& shape, const float* x, const float* dy, float limit,
                            float* scratch, std::int64_t* dweights, std::int64_t* dbias);
}  // namespace reference

}  // namespace jetrain::kernels
