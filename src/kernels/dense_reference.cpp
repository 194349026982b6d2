#include <cmath>

#include "kernels/dense.hpp"
#include "kernels/exact_sum.hpp"

namespace jetrain::kernels::reference {

void dense_forward(const DenseShape& shape, const float* x, const float* weights, const float* bias,
                   bool relu, float* y) {
  for (std::int64_t o = 0; o < shape.outputs; ++o) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      double sum = bias[o];
      for (std::int64_t i = 0; i < shape.inputs; ++i) {
        sum += static_cast<double>(weights[i * shape.outputs + o]) * x[i * kLanes + lane];
      }
      y[o * kLanes + lane] = static_cast<float>(relu && sum < 0 ? 0 : sum);
    }
  }
}

void dense_backward_input(const DenseShape& shape, const float* dy, const float* weights, const float* mask,
                          float* dx) {
  for (std::int64_t i = 0; i < shape.inputs; ++i) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      double sum = 0;
      for (std::int64_t o = 0; o < shape.outputs; ++o) {
        sum += static_cast<double>(weights[i * shape.outputs + o]) * dy[o * kLanes + lane];
      }
      const bool passes = mask == nullptr || mask[i * kLanes + lane] > 0;
      dx[i * kLanes + lane] = passes ? static_cast<float>(sum) : 0.0F;
    }
  }
}

bool dense_backward_weights(const DenseShape& shape, const float* x, const float* dy, float limit,
                            float* /*scratch*/, std::int64_t* dweights, std::int64_t* dbias) {
  bool good = true;
  const std::int64_t first = dbias == nullptr ? 0 : -1;  // -1: the bias, whose input is always 1
  for (std::int64_t i = first; i < shape.inputs; ++i) {
    for (std::int64_t o = 0; o < shape.outputs; ++o) {
      double sum = 0;
      for (std::int64_t lane = 0; lane < kLanes; ++lane) {
        sum += static_cast<double>(i < 0 ? 1.0F : x[i * kLanes + lane]) * dy[o * kLanes + lane];
      }
      std::int64_t& total = i < 0 ? dbias[o] : dweights[i * shape.outputs + o];
      const auto gradient = static_cast<float>(sum);
      good = exact_accumulate({&gradient, 1}, limit, {&total, 1}) && good;
    }
  }
  return good;
}

}  // namespace jetrain::kernels::reference
