#pragma once

/// \file
/// Normalisation of each row by itself, over its channels.
///  - layer_norm: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance of the
///    row's channels (Ba, Kiros and Hinton, arXiv:1607.06450);
///  - rms_norm: y = gamma x / sqrt(mean of x^2 + epsilon) (Zhang and Sennrich, NeurIPS 2019).
///
/// With n = (x - mean) inverse and g = gamma dy, the way back is dx = inverse (g - mean(g) - n mean(g n)),
/// without mean(g) for rms_norm; dgamma = sum dy n and dbeta = sum dy over rows.
///
/// Sums over channels are of sixteen partial sums (channel_sums.hpp), those over rows of passes
/// (row_sums.hpp). gamma, beta, dgamma and dbeta: (channels), of any alignment. Padding is not looked at;
/// that of y and dx is 0. `kept`, 2 floats a row, is what the way forward keeps for the way back: (mean,
/// inverse), the mean of rms_norm being 0.

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

inline std::int64_t row_norm_kept_floats(std::int64_t rows) {
  return 2 * rows;
}

void layer_norm_forward(ConstRows x, float epsilon, const float* gamma, const float* beta, float* kept,
                        Rows y);
/// dx may be dy.
void layer_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx);
/// dgamma and dbeta are overwritten.
void layer_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma,
                                    float* dbeta);

void rms_norm_forward(ConstRows x, float epsilon, const float* gamma, float* kept, Rows y);
void rms_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx);
void rms_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma);

namespace reference {
void layer_norm_forward(ConstRows x, float epsilon, const float* gamma, const float* beta, float* kept,
                        Rows y);
void layer_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx);
void layer_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma,
                                    float* dbeta);
void rms_norm_forward(ConstRows x, float epsilon, const float* gamma, float* kept, Rows y);
void rms_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx);
void rms_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma);
}  // namespace reference

}  // namespace jetrain::kernels
