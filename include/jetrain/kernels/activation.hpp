#pragma once

/// \file
/// Element-wise functions and the loss on one leaf.

#include "jetrain/kernels/lanes.hpp"

namespace jetrain::kernels {

/// y = max(x, 0). Shapes are equal; strides may differ.
void relu_forward(ConstPlanes x, Planes y);
/// dx = dy where y > 0, else 0; y is the forward output.
void relu_backward(ConstPlanes y, ConstPlanes dy, Planes dx);

/// Flattening and its way back: (channels, rows, columns, lanes) <-> (features, lanes), features in the order
/// (row, column, channel), as Keras flattens channels-last images.
void flatten_forward(ConstPlanes x, float* y);
/// With a mask (the ReLU output that x was), positions with mask <= 0 get 0.
void flatten_backward(const float* dy, ConstPlanes mask, Planes dx);

/// Softmax over `classes` of logits (classes, lanes): p = exp(z - max z) / sum.
void softmax_forward(std::int64_t classes, const float* logits, float* probabilities);

/// Softmax and cross entropy of one leaf, loss = -log p[label], in one step from the logits (classes, lanes).
/// Lanes from `samples` on are padding: their loss and gradient are 0. `labels` and `losses` have `samples`
/// entries; dlogits = p - onehot(label), (classes, lanes), not divided by anything. Null dlogits: not
/// computed.
void softmax_cross_entropy(std::int64_t classes, const float* logits, const std::uint8_t* labels,
                           std::int64_t samples, float* probabilities, double* losses, float* dlogits);

}  // namespace jetrain::kernels
