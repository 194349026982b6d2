#include "kernels/activation.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/planes.hpp"
#include "kernels/vector_math.hpp"

namespace jetrain::kernels {
namespace {

/// y = f(x) for every value.
template <class Function>
void map(ConstPlanes x, Planes y, Function f) {
  for_each_vector(x, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    store(y.at(k, r, c) + lane, f(load(x.at(k, r, c) + lane)));
  });
}

/// dx = dy f'(x), the slope given as slope(x, y).
template <class Slope>
void map_back(ConstPlanes x, ConstPlanes y, ConstPlanes dy, Planes dx, Slope slope) {
  for_each_vector(x, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const Vector gradient = slope(load(x.at(k, r, c) + lane), load(y.at(k, r, c) + lane));
    store(dx.at(k, r, c) + lane, gradient * load(dy.at(k, r, c) + lane));
  });
}

Vector above_zero(Vector x, Vector positive, Vector other) {
  return x > Vector{} ? positive : other;
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

void activation_forward(const Activation& f, ConstPlanes x, Planes y) {
  const float alpha = f.alpha;
  switch (f.kind) {
    case Activation::Kind::leaky_relu:
      return map(x, y, [=](Vector v) { return above_zero(v, v, alpha * v); });
    case Activation::Kind::elu:
      return map(x, y, [=](Vector v) { return above_zero(v, v, alpha * (exponential(v) - 1.0F)); });
    case Activation::Kind::gelu:
      return map(x, y, [](Vector v) { return v * normal_share(v); });
    case Activation::Kind::tanh:
      return map(x, y, [](Vector v) { return hyperbolic_tangent(v); });
    case Activation::Kind::sigmoid:
      return map(x, y, [](Vector v) { return sigmoid(v); });
  }
}

void activation_backward(const Activation& f, ConstPlanes x, ConstPlanes y, ConstPlanes dy, Planes dx) {
  const float alpha = f.alpha;
  const Vector one = broadcast(1.0F);
  switch (f.kind) {
    case Activation::Kind::leaky_relu:
      return map_back(x, y, dy, dx, [=](Vector v, Vector) { return above_zero(v, one, broadcast(alpha)); });
    case Activation::Kind::elu:
      return map_back(x, y, dy, dx,
                      [=](Vector v, Vector value) { return above_zero(v, one, value + alpha); });
    case Activation::Kind::gelu:
      return map_back(x, y, dy, dx, [](Vector v, Vector) { return normal_share(v) + v * normal_density(v); });
    case Activation::Kind::tanh:
      return map_back(x, y, dy, dx, [=](Vector, Vector value) { return one - value * value; });
    case Activation::Kind::sigmoid:
      return map_back(x, y, dy, dx, [=](Vector, Vector value) { return value * (one - value); });
  }
}

void mask_gradient(ConstPlanes mask, Planes dx) {
  relu_backward(mask, dx, dx);
}

void add_forward(ConstPlanes a, ConstPlanes b, bool relu_after, Planes y) {
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const Vector sum = load(a.at(k, r, c) + lane) + load(b.at(k, r, c) + lane);
    store(y.at(k, r, c) + lane, relu_after ? relu(sum) : sum);
  });
}

void accumulate(ConstPlanes x, Planes y) {
  add_forward(y, x, false, y);
}

void copy(ConstPlanes x, Planes y) {
  map(x, y, [](Vector v) { return v; });
}

void multiply(ConstPlanes a, ConstPlanes b, Planes y) {
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    store(y.at(k, r, c) + lane, load(a.at(k, r, c) + lane) * load(b.at(k, r, c) + lane));
  });
}

void scale_forward(ConstPlanes x, const float* mean, const float* scale, Planes y) {
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const std::int64_t at = (k * x.rows + r) * x.columns + c;
    store(y.at(k, r, c) + lane, (load(x.at(k, r, c) + lane) - mean[at]) / scale[at]);
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

void softmax_backward(std::int64_t classes, const float* probabilities, const float* dprobabilities,
                      float* dlogits) {
  for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) {
    Vector sum{};
    for (std::int64_t c = 0; c < classes; ++c)
      sum += load(probabilities + c * kLanes + lane) * load(dprobabilities + c * kLanes + lane);
    for (std::int64_t c = 0; c < classes; ++c) {
      const Vector gradient = load(dprobabilities + c * kLanes + lane) - sum;
      store(dlogits + c * kLanes + lane, load(probabilities + c * kLanes + lane) * gradient);
    }
  }
}

void softmax_cross_entropy(std::int64_t classes, const float* logits, const std::uint8_t* labels,
                           std::int64_t samples, double smoothing, float* probabilities, double* losses,
                           float* dlogits) {
  const double share = smoothing / static_cast<double>(classes);  // of the target, for every class
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    const auto [largest, log_sum] = partition(classes, logits + lane);
    const std::int64_t label = lane < samples ? labels[lane] : -1;
    if (lane < samples) {
      losses[lane] = log_sum - (1.0 - smoothing) * (logits[label * kLanes + lane] - largest);
      for (std::int64_t c = 0; c < (smoothing > 0 ? classes : 0); ++c)
        losses[lane] -= share * (logits[c * kLanes + lane] - largest);
    }
    for (std::int64_t c = 0; c < classes; ++c) {
      const std::int64_t at = c * kLanes + lane;
      const double probability = std::exp(logits[at] - largest - log_sum);
      probabilities[at] = static_cast<float>(probability);
      if (dlogits == nullptr) continue;
      // expm1 keeps the digits of a gradient near zero, where p - 1 would cancel.
      const double gradient = c == label ? std::expm1(logits[at] - largest - log_sum) : probability;
      const double smoothed = gradient + (c == label ? smoothing : 0.0) - share;
      dlogits[at] = lane < samples ? static_cast<float>(smoothed) : 0.0F;
    }
  }
}

}  // namespace jetrain::kernels
