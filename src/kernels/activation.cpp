#include "jetrain/kernels/activation.hpp"

#include <algorithm>
#include <cmath>

#include "vector.hpp"

namespace jetrain::kernels {
namespace {

/// Calls visit(channel, row, column, lane) for every vector of the planes.
template <class Visit>
void for_each_vector(ConstPlanes planes, Visit visit) {
  for (std::int64_t k = 0; k < planes.channels; ++k) {
    for (std::int64_t r = 0; r < planes.rows; ++r) {
      for (std::int64_t c = 0; c < planes.columns; ++c) {
        for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) visit(k, r, c, lane);
      }
    }
  }
}

/// Calls visit(row, column, channel, lane, position in the flat features) in the order of the features.
template <class Visit>
void for_each_feature(ConstPlanes planes, Visit visit) {
  std::int64_t position = 0;
  for (std::int64_t r = 0; r < planes.rows; ++r) {
    for (std::int64_t c = 0; c < planes.columns; ++c) {
      for (std::int64_t k = 0; k < planes.channels; ++k) {
        for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes, position += kVectorLanes) {
          visit(r, c, k, lane, position);
        }
      }
    }
  }
}

/// log(sum of exp(z)) and the largest z of one lane, in double: exp never overflows, the sum is at least 1.
struct Partition {
  double largest;
  double log_sum;  ///< of exp(z - largest)
};

Partition partition(std::int64_t classes, const float* logits) {
  double largest = logits[0];
  for (std::int64_t c = 1; c < classes; ++c) largest = std::max<double>(largest, logits[c * kLanes]);
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(logits[c * kLanes] - largest);
  return {largest, std::log(sum)};
}

}  // namespace

void relu_forward(ConstPlanes x, Planes y) {
  for_each_vector(x, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    store(y.at(k, r, c) + lane, relu(load(x.at(k, r, c) + lane)));
  });
}

void relu_backward(ConstPlanes y, ConstPlanes dy, Planes dx) {
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    store(dx.at(k, r, c) + lane, where_positive(load(y.at(k, r, c) + lane), load(dy.at(k, r, c) + lane)));
  });
}

void flatten_forward(ConstPlanes x, float* y) {
  for_each_feature(x, [&](std::int64_t r, std::int64_t c, std::int64_t k, std::int64_t lane,
                          std::int64_t position) { store(y + position, load(x.at(k, r, c) + lane)); });
}

void flatten_backward(const float* dy, ConstPlanes mask, Planes dx) {
  for_each_feature(
      dx, [&](std::int64_t r, std::int64_t c, std::int64_t k, std::int64_t lane, std::int64_t position) {
        Vector gradient = load(dy + position);
        if (mask.data != nullptr) gradient = where_positive(load(mask.at(k, r, c) + lane), gradient);
        store(dx.at(k, r, c) + lane, gradient);
      });
}

void softmax_forward(std::int64_t classes, const float* logits, float* probabilities) {
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    const auto [largest, log_sum] = partition(classes, logits + lane);
    for (std::int64_t c = 0; c < classes; ++c) {
      const std::int64_t at = c * kLanes + lane;
      probabilities[at] = static_cast<float>(std::exp(logits[at] - largest - log_sum));
    }
  }
}

void softmax_cross_entropy(std::int64_t classes, const float* logits, const std::uint8_t* labels,
                           std::int64_t samples, float* probabilities, double* losses, float* dlogits) {
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    const auto [largest, log_sum] = partition(classes, logits + lane);
    const std::int64_t label = lane < samples ? labels[lane] : -1;
    if (lane < samples) losses[lane] = log_sum - (logits[label * kLanes + lane] - largest);
    for (std::int64_t c = 0; c < classes; ++c) {
      const std::int64_t at = c * kLanes + lane;
      const double probability = std::exp(logits[at] - largest - log_sum);
      probabilities[at] = static_cast<float>(probability);
      if (dlogits == nullptr) continue;
      // expm1 keeps the digits of a gradient near zero, where p - 1 would cancel.
      const double gradient = c == label ? std::expm1(logits[at] - largest - log_sum) : probability;
      dlogits[at] = lane < samples ? static_cast<float>(gradient) : 0.0F;
    }
  }
}

}  // namespace jetrain::kernels
