#pragma once

/// \file
/// Normalisation on one leaf: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, gamma and beta by
/// channel.
///  - by group: mean and variance over a group of channels and all pixels of one sample (Wu and He, "Group
///    normalization", ECCV 2018; with one group, layer normalisation: Ba, Kiros and Hinton,
///    arXiv:1607.06450);
///  - by batch: over all samples of the leaf and all pixels of one channel (Ioffe and Szegedy, ICML 2015, on
///    ghost batches of sixteen: Hoffer, Hubara and Soudry, NIPS 2017).
/// `kept` is what the way forward keeps for the way back.

#include "kernels/lanes.hpp"

namespace jetrain::kernels {

struct NormShape {
  std::int64_t groups = 1;  ///< of the channels; divides their number
  float epsilon = 1e-3F;
};

/// Lanes of (mean, 1 / sqrt(variance + epsilon)) for each group.
inline std::int64_t group_norm_kept_floats(const NormShape& shape) {
  return 2 * shape.groups * kLanes;
}
void group_norm_forward(const NormShape& shape, ConstPlanes x, const float* gamma, const float* beta,
                        float* kept, Planes y);
/// dgamma and dbeta (channels) are overwritten.
void group_norm_backward_parameters(const NormShape& shape, ConstPlanes x, ConstPlanes dy, const float* kept,
                                    float* dgamma, float* dbeta);
void group_norm_backward_input(const NormShape& shape, ConstPlanes x, ConstPlanes dy, const float* gamma,
                               const float* kept, Planes dx);

/// Mean and variance (channels each) of the first `samples` lanes; other lanes are padding.
void batch_statistics(ConstPlanes x, std::int64_t samples, float* mean, float* variance);
/// All lanes, with the given mean and variance.
void batch_norm_forward(ConstPlanes x, float epsilon, const float* mean, const float* variance,
                        const float* gamma, const float* beta, Planes y);
/// Through the leaf's own statistics. dx of padding lanes is 0.
void batch_norm_backward_parameters(ConstPlanes x, ConstPlanes dy, float epsilon, const float* mean,
                                    const float* variance, float* dgamma, float* dbeta);
void batch_norm_backward_input(ConstPlanes x, ConstPlanes dy, std::int64_t samples, float epsilon,
                               const float* mean, const float* variance, const float* gamma, Planes dx);

}  // namespace jetrain::kernels
