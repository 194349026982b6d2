#include "nn/row_averages.hpp"

#include "row_kernels/wide_sum.hpp"

namespace jetrain {

using kernels::kWideWords;

std::vector<ParameterSpec> batch_norm_parameters(std::int64_t channels) {
  std::vector<ParameterSpec> specs = gamma_and_beta(channels);
  specs.push_back(average("moving_mean", {channels}, 0.0));
  specs.push_back(average("moving_variance", {channels}, 1.0));
  return specs;
}

std::int64_t RowAverages::words() const noexcept {
  return 1 + 2 * channels_ * kWideWords;
}

bool RowAverages::add(const float* mean, const float* variance, std::int64_t rows,
                      std::int64_t* words) const {
  if (rows == 0) return true;
  words[0] += rows;
  bool good = true;
  const auto add_all = [&](const float* values, std::int64_t* to) {
    for (std::int64_t c = 0; c < channels_; ++c) {
      const double value = static_cast<double>(values[c]) * static_cast<double>(rows);
      good = kernels::wide_accumulate(value, to + c * kWideWords) && good;
    }
  };
  add_all(mean, words + 1);
  add_all(variance, words + 1 + channels_ * kWideWords);
  return good;
}

void RowAverages::update(const std::int64_t* words, float* averages, bool anew) const {
  if (words[0] == 0) return;
  const auto rows = static_cast<double>(words[0]);
  const double momentum = anew ? 0.0 : momentum_;
  for (std::int64_t i = 0; i < 2 * channels_; ++i) {
    const double of_batch = kernels::wide_value(words + 1 + i * kWideWords) / rows;
    const double moved = of_batch + momentum * (static_cast<double>(averages[i]) - of_batch);
    averages[i] = static_cast<float>(moved);
  }
}

}  // namespace jetrain
