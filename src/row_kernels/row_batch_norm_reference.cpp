#include <algorithm>
#include <cmath>

#include "kernels/multiply_add.hpp"
#include "row_kernels/row_batch_norm.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels::reference {
namespace {

/// The sum over rows; add(row, sum) adds to the sum of a pass.
template <class Add>
float sum_over_rows(std::int64_t rows, Add add) {
  float sum = 0;
  for (std::int64_t first = 0; first < rows; first += kPassRows) {
    float pass = 0;
    for (std::int64_t r = first; r < std::min(rows, first + kPassRows); ++r) add(r, pass);
    sum += pass;
  }
  return sum;
}

struct Line {
  float inverse;
  float scale;
  float shift;
};

Line line(float mean, float variance, float epsilon, float gamma, float beta) {
  const float inverse = 1.0F / std::sqrt(variance + epsilon);
  return {inverse, gamma * inverse, multiply_add(-mean, gamma * inverse, beta)};
}

float gradient(const Line& l, float x, float dy, bool rectify) {
  return !rectify || multiply_add(x, l.scale, l.shift) > 0 ? dy : 0;
}

}  // namespace

void row_statistics(ConstRows x, float* mean, float* variance) {
  for (std::int64_t k = 0; k < x.channels; ++k) {
    mean[k] = variance[k] = 0;
    if (x.rows == 0) continue;
    const std::int64_t first = std::min(x.rows, kPassRows);
    const float centre = sum_over_rows(first, [&](std::int64_t r, float& sum) { sum += x.row(r)[k]; }) /
                         static_cast<float>(first);
    const float rows = static_cast<float>(x.rows);
    const float shift =
        sum_over_rows(x.rows, [&](std::int64_t r, float& sum) { sum += x.row(r)[k] - centre; }) / rows;
    const float squares = sum_over_rows(x.rows,
                                        [&](std::int64_t r, float& sum) {
                                          const float distance = x.row(r)[k] - centre;
                                          sum = multiply_add(distance, distance, sum);
                                        }) /
                          rows;
    mean[k] = centre + shift;
    const float value = multiply_add(-shift, shift, squares);
    variance[k] = value < 0 ? 0 : value;
  }
}

void row_batch_norm_forward(ConstRows x, const float* mean, const float* variance, float epsilon,
                            const float* gamma, const float* beta, bool rectify, Rows y) {
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const Line l = line(mean[k], variance[k], epsilon, gamma[k], beta[k]);
    for (std::int64_t r = 0; r < x.rows; ++r) {
      const float value = multiply_add(x.row(r)[k], l.scale, l.shift);
      y.row(r)[k] = rectify && value < 0 ? 0 : value;
    }
  }
}

void row_batch_norm_backward_parameters(ConstRows x, ConstRows dy, const float* mean, const float* variance,
                                        float epsilon, const float* gamma, const float* beta, bool rectify,
                                        float* dgamma, float* dbeta) {
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const Line l = line(mean[k], variance[k], epsilon, gamma[k], beta[k]);
    dgamma[k] = l.inverse * sum_over_rows(x.rows, [&](std::int64_t r, float& sum) {
                  const float value = x.row(r)[k];
                  sum = multiply_add(gradient(l, value, dy.row(r)[k], rectify), value - mean[k], sum);
                });
    dbeta[k] = sum_over_rows(
        x.rows, [&](std::int64_t r, float& sum) { sum += gradient(l, x.row(r)[k], dy.row(r)[k], rectify); });
  }
}

void row_batch_norm_backward_input(ConstRows x, ConstRows dy, const float* mean, const float* variance,
                                   float epsilon, const float* gamma, const float* beta, bool rectify,
                                   const float* dgamma, const float* dbeta, Rows dx) {
  const float rows = static_cast<float>(x.rows);
  for (std::int64_t k = 0; k < x.channels; ++k) {
    const Line l = line(mean[k], variance[k], epsilon, gamma[k], beta[k]);
    const float per_gradient = -l.scale * (dbeta[k] / rows);
    const float per_value = -l.scale * (l.inverse * (dgamma[k] / rows));
    for (std::int64_t r = 0; r < x.rows; ++r) {
      const float value = x.row(r)[k];
      const float common = multiply_add(value - mean[k], per_value, per_gradient);
      dx.row(r)[k] = multiply_add(gradient(l, value, dy.row(r)[k], rectify), l.scale, common);
    }
  }
}

}  // namespace jetrain::kernels::reference
