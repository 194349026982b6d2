#include "kernels/distillation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jetrain::kernels {
namespace {

/// log of the sum of exp(value(c)), and how it is taken: behind the largest.
template <class Value>
double log_of_sum(std::int64_t classes, const Value& value) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::int64_t c = 0; c < classes; ++c) largest = std::max(largest, value(c));
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(value(c) - largest);
  return largest + std::log(sum);
}

/// Of a probability: -q log q - (1 - q) log(1 - q).
double entropy(double q) {
  const double of_yes = q > 0 ? -q * std::log(q) : 0;
  return q < 1 ? of_yes - (1 - q) * std::log1p(-q) : of_yes;
}

/// Puts the teacher's part of a gradient beside the labels'.
void mix(float& gradient, double weight, double taught) {
  gradient = static_cast<float>((1.0 - weight) * static_cast<double>(gradient) + weight * taught);
}

}  // namespace

void teach_softmax(std::int64_t classes, const float* logits, const Teaching& teaching, std::int64_t samples,
                   double* losses, float* dlogits) {
  const float* const probabilities = teaching.probabilities;
  const double temperature = teaching.temperature;
  const double weight = teaching.weight;
  for (std::int64_t lane = 0; lane < samples; ++lane) {
    const auto at = [&](std::int64_t c) { return c * kLanes + lane; };
    const auto own = [&](std::int64_t c) { return static_cast<double>(logits[at(c)]) / temperature; };
    const auto wanted = [&](std::int64_t c) {
      return std::log(static_cast<double>(probabilities[at(c)])) / temperature;
    };
    const double log_own = log_of_sum(classes, own);
    const double log_wanted = log_of_sum(classes, wanted);
    double loss = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      const double log_p = own(c) - log_own;
      const double log_q = wanted(c) - log_wanted;
      const double q = std::exp(log_q);
      if (q > 0) loss += q * (log_q - log_p);
      if (dlogits != nullptr) mix(dlogits[at(c)], weight, temperature * (std::exp(log_p) - q));
    }
    losses[lane] = (1.0 - weight) * losses[lane] + weight * temperature * temperature * loss;
  }
}

void teach_sigmoid(std::int64_t outputs, const float* logits, const Teaching& teaching, std::int64_t samples,
                   double* losses, float* dlogits) {
  const float* const probabilities = teaching.probabilities;
  const double temperature = teaching.temperature;
  const double weight = teaching.weight;
  const double share = 1.0 / static_cast<double>(outputs);
  for (std::int64_t lane = 0; lane < samples; ++lane) {
    double loss = 0;
    for (std::int64_t o = 0; o < outputs; ++o) {
      const std::int64_t at = o * kLanes + lane;
      const double z = static_cast<double>(logits[at]) / temperature;
      const auto probability = static_cast<double>(probabilities[at]);
      const double wanted = (std::log(probability) - std::log1p(-probability)) / temperature;
      const double q = 1.0 / (1.0 + std::exp(-wanted));
      loss += std::max(z, 0.0) - z * q + std::log1p(std::exp(-std::abs(z))) - entropy(q);
      if (dlogits != nullptr)
        mix(dlogits[at], weight, temperature * share * (1.0 / (1.0 + std::exp(-z)) - q));
    }
    losses[lane] = (1.0 - weight) * losses[lane] + weight * temperature * temperature * share * loss;
  }
}

}  // namespace jetrain::kernels
