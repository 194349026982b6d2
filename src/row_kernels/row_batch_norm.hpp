#pragma once

/// \file
/// Batch normalisation over the rows of a leaf, channel by channel: y = gamma (x - mean) / sqrt(variance +
/// epsilon) + beta (Ioffe and Szegedy, ICML 2015; the leaf is its batch), with a ReLU behind it if asked for.
/// Rows may come in blocks of whole passes (row_sums.hpp), right after a product has made them, while they
/// are in the cache: results are those of all rows in one call.
///
/// Parameters by channel, (channels) floats each, need no alignment; memory said to be padded is of
/// padded_channels(channels) floats, 64-byte aligned. Padding channels of results are 0 where those of x and
/// dy are finite.

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// Sums about a centre, the mean of the first pass: with d = x - centre, sum d and sum d^2. One reading of
/// the rows gives mean = centre + s / n and variance = q / n - (s / n)^2, which loses no digits, since a
/// mean of 256 of the n rows is within sqrt(n / 256) standard deviations of the mean of all, and mostly
/// much nearer.
struct RowMoments {
  std::int64_t channels = 0;
  std::int64_t rows = 0;  ///< until now
  float* centre = nullptr;
  float* sums = nullptr;
  float* squares = nullptr;
};
inline std::int64_t row_moments_floats(std::int64_t channels) {
  return 3 * padded_channels(channels);
}
/// `memory`: row_moments_floats, 64-byte aligned.
RowMoments start_moments(std::int64_t channels, float* memory);
void add_moments(ConstRows x, RowMoments& moments);
/// The biased variance. Of no rows both are 0; of one row the variance.
void finish_moments(const RowMoments& moments, float* mean, float* variance);

/// All three, for rows at hand.
void row_statistics(ConstRows x, float* mean, float* variance);

/// The normalisation as a line: y = scale x + shift, scale = gamma inverse, shift = beta - mean scale,
/// inverse = 1 / sqrt(variance + epsilon); each padded, padding 0.
struct RowLine {
  const float* mean = nullptr;
  const float* inverse = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
};
inline std::int64_t row_line_floats(std::int64_t channels) {
  return 4 * padded_channels(channels);
}
/// `memory`: row_line_floats, 64-byte aligned.
RowLine row_line(std::int64_t channels, const float* mean, const float* variance, float epsilon,
                 const float* gamma, const float* beta, float* memory);

/// y = scale x + shift by one fused multiply-add, or max(y, 0). y may be x.
void row_line_forward(ConstRows x, const RowLine& line, bool rectify, Rows y);

/// The way back through the rows' own statistics, in two steps over all rows. With g = dy where y > 0 (which
/// is found anew from x), or dy where nothing was rectified:
/// first, dbeta += sum g and dgamma += sum g (x - mean), padded, to begin with 0;
void row_line_sums(ConstRows x, ConstRows dy, const RowLine& line, bool rectify, float* dgamma, float* dbeta);
/// in between, once: dgamma *= inverse;
void finish_line_sums(std::int64_t channels, const RowLine& line, float* dgamma);
/// then dx = scale (g - dbeta / rows - (x - mean) inverse dgamma / rows), `rows` being all rows. dx may be
/// dy.
struct RowLineBack {
  const float* per_gradient = nullptr;  ///< padded: -scale dbeta / rows
  const float* per_value = nullptr;     ///< padded: -scale inverse dgamma / rows
};
inline std::int64_t row_line_back_floats(std::int64_t channels) {
  return 2 * padded_channels(channels);
}
/// `memory`: row_line_back_floats, 64-byte aligned.
RowLineBack row_line_back(std::int64_t channels, std::int64_t rows, const RowLine& line, const float* dgamma,
                          const float* dbeta, float* memory);
void row_line_backward(ConstRows x, ConstRows dy, const RowLine& line, bool rectify, const RowLineBack& back,
                       Rows dx);

/// The same for rows at hand, parameters and statistics (channels) each.
void row_batch_norm_forward(ConstRows x, const float* mean, const float* variance, float epsilon,
                            const float* gamma, const float* beta, bool rectify, Rows y);
/// dgamma and dbeta (channels) are overwritten.
void row_batch_norm_backward_parameters(ConstRows x, ConstRows dy, const float* mean, const float* variance,
                                        float epsilon, const float* gamma, const float* beta, bool rectify,
                                        float* dgamma, float* dbeta);
/// With the dgamma and dbeta of backward_parameters.
void row_batch_norm_backward_input(ConstRows x, ConstRows dy, const float* mean, const float* variance,
                                   float epsilon, const float* gamma, const float* beta, bool rectify,
                                   const float* dgamma, const float* dbeta, Rows dx);

namespace reference {
void row_statistics(ConstRows x, float* mean, float* variance);
void row_batch_norm_forward(ConstRows x, const float* mean, const float* variance, float epsilon,
                            const float* gamma, const float* beta, bool rectify, Rows y);
void row_batch_norm_backward_parameters(ConstRows x, ConstRows dy, const float* mean, const float* variance,
                                        float epsilon, const float* gamma, const float* beta, bool rectify,
                                        float* dgamma, float* dbeta);
void row_batch_norm_backward_input(ConstRows x, ConstRows dy, const float* mean, const float* variance,
                                   float epsilon, const float* gamma, const float* beta, bool rectify,
                                   const float* dgamma, const float* dbeta, Rows dx);
}  // namespace reference

}  // namespace jetrain::kernels
