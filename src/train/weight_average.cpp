#include "train/weight_average.hpp"

#include <algorithm>

#include "train/batch_statistics.hpp"

namespace jetrain {

WeightAverage::WeightAverage(const AverageConfig& config, Model& model, const EpochSteps& steps)
    : config_(config), model_(model), steps_(steps) {
  if (config.decay == 0 && config.equal.from_epoch == 0) return;
  measures_ = config.equal.from_epoch > 0 && BatchStatistics::has_some(model);
  average_ = AlignedBuffer<float>(static_cast<std::size_t>(model.trainable_count()));
  std::copy_n(model.parameters().begin(), average_.size(), average_.data());
}

std::int64_t WeightAverage::moments(std::int64_t steps) const {
  const EqualAverageConfig& equal = config_.equal;
  const std::int64_t first = steps_.steps_before(equal.from_epoch);
  if (steps <= first) return 0;
  return equal.every_steps > 0 ? (steps - first) / equal.every_steps
                               : steps_.epoch_after(steps) - equal.from_epoch;
}

bool WeightAverage::exists(std::int64_t steps) const {
  return average_.size() > 0 && (config_.equal.from_epoch == 0 || moments(steps) > 0);
}

void WeightAverage::after_step(std::int64_t steps) {
  if (average_.size() == 0) return;
  if (config_.equal.from_epoch > 0) {
    const std::int64_t number = moments(steps);
    if (number > moments(steps - 1)) move(static_cast<float>(1.0 / static_cast<double>(number)));
    return;
  }
  const auto t = static_cast<double>(steps);
  move(static_cast<float>(1.0 - std::min(config_.decay, (1.0 + t) / (10.0 + t))));
}

void WeightAverage::move(float share) {
  float* average = average_.data();
  const float* w = model_.parameters().data();
  const std::int64_t count = model_.trainable_count();
  if (share == 1) {  // the first of equal shares: w itself, without rounding
    std::copy_n(w, count, average);
    return;
  }
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) average[i] += share * (w[i] - average[i]);
}

void WeightAverage::exchange(std::int64_t steps) {
  if (!exists(steps)) return;
  exchanged_ = !exchanged_;
  const std::span<float> parameters = model_.parameters();
  std::swap_ranges(average_.span().begin(), average_.span().end(), parameters.begin());
  const std::span<float> averages = parameters.subspan(average_.size());
  if (exchanged_)
    own_statistics_.assign(averages.begin(), averages.end());
  else
    std::copy(own_statistics_.begin(), own_statistics_.end(), averages.begin());
}

void WeightAverage::take_statistics(std::span<const float> averages) {
  std::copy(averages.begin(), averages.end(), model_.parameters().subspan(average_.size()).begin());
}

}  // namespace jetrain
