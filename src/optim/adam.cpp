#include "adam.hpp"

#include <algorithm>
#include <cmath>

namespace jetrain {
namespace {

constexpr std::int64_t kBlock = 16;

}  // namespace

Adam::Adam(const AdamConfig& config, std::int64_t parameters)
    : config_(config),
      parameters_(static_cast<std::size_t>(parameters)),
      // Whole blocks, so that the last one needs no other code (and no other rounding) than the rest.
      first_moment_(static_cast<std::size_t>(ceil_divide(parameters, kBlock) * kBlock)),
      second_moment_(first_moment_.size()) {}

void Adam::begin_step() {
  ++steps_;
  const auto t = static_cast<double>(steps_);
  step_size_ = static_cast<float>(config_.learning_rate * std::sqrt(1.0 - std::pow(config_.beta_2, t)) /
                                  (1.0 - std::pow(config_.beta_1, t)));
}

std::vector<Optimizer::StateArray> Adam::state() {
  return {{"first_moment", first_moment_.span().first(parameters_)},
          {"second_moment", second_moment_.span().first(parameters_)}};
}

void Adam::update(ElementRange range, float* parameters, const std::int64_t* sums, double scale) {
  const auto beta_1 = static_cast<float>(config_.beta_1);
  const auto beta_2 = static_cast<float>(config_.beta_2);
  const auto epsilon = static_cast<float>(config_.epsilon);
  for (std::int64_t begin = range.first; begin < range.last; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, range.last - begin);
    float gradient[kBlock] = {};
    float parameter[kBlock] = {};
    for (std::int64_t j = 0; j < count; ++j) {
      gradient[j] = static_cast<float>(static_cast<double>(sums[begin + j]) * scale);
      parameter[j] = parameters[begin + j];
    }
    float* m = first_moment_.data() + begin;
    float* v = second_moment_.data() + begin;
    for (std::int64_t j = 0; j < kBlock; ++j) {
      m[j] += (gradient[j] - m[j]) * (1.0F - beta_1);
      v[j] += (gradient[j] * gradient[j] - v[j]) * (1.0F - beta_2);
      parameter[j] -= step_size_ * m[j] / (std::sqrt(v[j]) + epsilon);
    }
    for (std::int64_t j = 0; j < count; ++j) parameters[begin + j] = parameter[j];
  }
}

}  // namespace jetrain
