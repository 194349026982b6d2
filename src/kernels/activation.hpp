#pragma once

/// \file
/// Element-wise functions and the loss on one leaf.

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

/// y = max(x, 0). Shapes are equal; strides may differ.
void relu_forward(ConstPlanes x, Planes y);
/// dx = dy where y > 0, else 0; y is the forward output.
void relu_backward(ConstPlanes y, ConstPlanes dy, Planes dx);

/// The other element-wise functions, y = f(x):
///   leaky_relu  x > 0 ? x : alpha x                Maas, Hannun and Ng, ICML 2013
///   elu         x > 0 ? x : alpha (exp(x) - 1)     Clevert, Unterthiner and Hochreiter, arXiv:1511.07289
///   gelu        x Phi(x)                           Hendrycks and Gimpel, arXiv:1606.08415 (with erf)
///   tanh, sigmoid 1 / (1 + exp(-x))
/// Absolute errors are below 1e-6 (of gelu, relative to |x|, above 1).
struct Activation {
  enum class Kind { leaky_relu, elu, gelu, tanh, sigmoid };
  Kind kind = Kind::tanh;
  float alpha = 0;
};
void activation_forward(const Activation& f, ConstPlanes x, Planes y);
/// dx = dy f'(x); y is the forward output.
void activation_backward(const Activation& f, ConstPlanes x, ConstPlanes y, ConstPlanes dy, Planes dx);

/// dx = 0 where mask <= 0: the way back through the ReLU whose output `mask` is.
void mask_gradient(ConstPlanes mask, Planes dx);

/// y = a + b, or the larger of that and zero.
void add_forward(ConstPlanes a, ConstPlanes b, bool relu, Planes y);
/// y += x.
void accumulate(ConstPlanes x, Planes y);
/// y = x.
void copy(ConstPlanes x, Planes y);
/// y = a b.
void multiply(ConstPlanes a, ConstPlanes b, Planes y);
/// y = (x - mean) / scale; mean and scale are (channels, rows, columns).
void scale_forward(ConstPlanes x, const float* mean, const float* scale, Planes y);

/// Flattening and its way back: (channels, rows, columns, lanes) <-> (features, lanes), features in the order
/// (row, column, channel), as Keras flattens channels-last images.
void flatten_forward(ConstPlanes x, float* y);
/// With a mask (the ReLU output that x was), positions with mask <= 0 get 0.
void flatten_backward(const float* dy, ConstPlanes mask, Planes dx);

/// Softmax over `classes` of logits (classes, lanes): p = exp(z - max z) / sum.
void softmax_forward(std::int64_t classes, const float* logits, float* probabilities);

/// dlogits = p (dp - sum of p dp), all (classes, lanes).
void softmax_backward(std::int64_t classes, const float* probabilities, const float* dprobabilities,
                      float* dlogits);

/// Softmax and cross entropy of one leaf in one step from the logits (classes, lanes): loss = -sum over c of
/// t[c] log p[c], t[c] = (1 - smoothing) onehot(label)[c] + smoothing / classes. Lanes from `samples` on are
/// padding: their loss and gradient are 0. `labels` and `losses` have `samples` entries; dlogits = p - t,
/// (classes, lanes), not divided by anything. Null dlogits: not computed.
void softmax_cross_entropy(std::int64_t classes, const float* logits, const std::uint8_t* labels,
                           std::int64_t samples, double smoothing, float* probabilities, double* losses,
                           float* dlogits);

}  // namespace jetrain::kernels
