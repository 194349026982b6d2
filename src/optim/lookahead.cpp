#include "optim/lookahead.hpp"

#include <algorithm>

namespace jetrain {

Lookahead::Lookahead(const LookaheadConfig& config, std::span<const float> parameters) : config_(config) {
  if (config_.every_steps == 0) return;
  slow_ = AlignedBuffer<float>(parameters.size());
  std::copy(parameters.begin(), parameters.end(), slow_.data());
}

void Lookahead::after_step(std::int64_t steps, std::span<float> parameters) {
  if (!used() || steps % config_.every_steps != 0) return;
  const auto share = static_cast<float>(config_.share);
  float* slow = slow_.data();
  float* w = parameters.data();
  const auto count = std::ssize(parameters);
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) {
    slow[i] += share * (w[i] - slow[i]);
    w[i] = slow[i];
  }
}

}  // namespace jetrain
