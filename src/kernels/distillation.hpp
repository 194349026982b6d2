#pragma once

/// \file
/// A teacher's part of the loss on one leaf (Hinton, Vinyals and Dean, arXiv:1503.02531, section 2).

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

/// What a teacher says of a leaf's samples, and how it counts.
struct Teaching {
  const float* probabilities = nullptr;  ///< (classes, lanes); null: there is no teacher
  double temperature = 1;
  double weight = 0;
};

/// With z the logits (classes, lanes), q the teacher's probabilities, T its temperature and w its weight:
///   p_T = softmax(z / T),  q_T = softmax(log(q) / T),
///   loss <- (1 - w) loss + w T^2 sum over c of q_T[c] log(q_T[c] / p_T[c]),
///   dz   <- (1 - w) dz + w T (p_T - q_T).
/// (The paper has the cross entropy of q_T and p_T, which is larger by the entropy of q_T, and has the same
/// gradient. Times T^2 that constant would be most of the loss.)
/// `losses` (samples) and `dlogits` (classes, lanes; null: not wanted) come in as those of the labels.
/// Padding lanes stay as they are.
void teach_softmax(std::int64_t classes, const float* logits, const Teaching& teaching, std::int64_t samples,
                   double* losses, float* dlogits);

/// The same of outputs that are probabilities each by itself, meaned over them:
///   p_T = sigmoid(z / T),  q_T = sigmoid(log(q / (1 - q)) / T).
void teach_sigmoid(std::int64_t outputs, const float* logits, const Teaching& teaching, std::int64_t samples,
                   double* losses, float* dlogits);

}  // namespace jetrain::kernels
