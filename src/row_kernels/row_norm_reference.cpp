#include <algorithm>
#include <cmath>

#include "kernels/lane_sum.hpp"
#include "kernels/multiply_add.hpp"
#include "row_kernels/row_norm.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels::reference {
namespace {

/// The mean over channels; add(channel, sum) adds to one of sixteen sums.
template <class Add>
float mean_of_channels(std::int64_t channels, Add add) {
  float sums[kLanes] = {};
  for (std::int64_t k = 0; k < channels; ++k) add(k, sums[k % kLanes]);
  return sum_of_lanes(sums) / static_cast<float>(channels);
}

void forward(ConstRows x, float epsilon, const float* gamma, const float* beta, bool centred, float* kept,
             Rows y) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float* from = x.row(r);
    const float mean =
        centred ? mean_of_channels(x.channels, [&](std::int64_t k, float& sum) { sum += from[k]; }) : 0.0F;
    const float variance = mean_of_channels(x.channels, [&](std::int64_t k, float& sum) {
      sum = multiply_add(from[k] - mean, from[k] - mean, sum);
    });
    const float inverse = 1.0F / std::sqrt(variance + epsilon);
    kept[2 * r] = mean;
    kept[2 * r + 1] = inverse;
    for (std::int64_t k = 0; k < x.channels; ++k) {
      y.row(r)[k] = multiply_add((from[k] - mean) * inverse, gamma[k], beta == nullptr ? 0.0F : beta[k]);
    }
  }
}

void backward_input(ConstRows x, ConstRows dy, const float* gamma, bool centred, const float* kept, Rows dx) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float inverse = kept[2 * r + 1];
    const auto normal = [&](std::int64_t k) { return (x.row(r)[k] - kept[2 * r]) * inverse; };
    const auto gradient = [&](std::int64_t k) { return dy.row(r)[k] * gamma[k]; };
    const float mean =
        centred ? mean_of_channels(x.channels, [&](std::int64_t k, float& sum) { sum += gradient(k); })
                : 0.0F;
    const float product = mean_of_channels(
        x.channels, [&](std::int64_t k, float& sum) { sum = multiply_add(gradient(k), normal(k), sum); });
    for (std::int64_t k = 0; k < x.channels; ++k) {
      dx.row(r)[k] = multiply_add(-normal(k), product, gradient(k) - mean) * inverse;
    }
  }
}

void backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma, float* dbeta) {
  for (std::int64_t k = 0; k < x.channels; ++k) {
    float product = 0;
    float sum = 0;
    for (std::int64_t first = 0; first < x.rows; first += kPassRows) {
      float product_of_pass = 0;
      float sum_of_pass = 0;
      for (std::int64_t r = first; r < std::min(x.rows, first + kPassRows); ++r) {
        const float normal = (x.row(r)[k] - kept[2 * r]) * kept[2 * r + 1];
        product_of_pass = multiply_add(dy.row(r)[k], normal, product_of_pass);
        sum_of_pass += dy.row(r)[k];
      }
      product += product_of_pass;
      sum += sum_of_pass;
    }
    dgamma[k] = product;
    if (dbeta != nullptr) dbeta[k] = sum;
  }
}

}  // namespace

void layer_norm_forward(ConstRows x, float epsilon, const float* gamma, const float* beta, float* kept,
                        Rows y) {
  forward(x, epsilon, gamma, beta, true, kept, y);
}

void layer_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx) {
  backward_input(x, dy, gamma, true, kept, dx);
}

void layer_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma,
                                    float* dbeta) {
  backward_parameters(x, dy, kept, dgamma, dbeta);
}

void rms_norm_forward(ConstRows x, float epsilon, const float* gamma, float* kept, Rows y) {
  forward(x, epsilon, gamma, nullptr, false, kept, y);
}

void rms_norm_backward_input(ConstRows x, ConstRows dy, const float* gamma, const float* kept, Rows dx) {
  backward_input(x, dy, gamma, false, kept, dx);
}

void rms_norm_backward_parameters(ConstRows x, ConstRows dy, const float* kept, float* dgamma) {
  backward_parameters(x, dy, kept, dgamma, nullptr);
}

}  // namespace jetrain::kernels::reference
