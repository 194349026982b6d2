#pragma once

/// \file
/// What is validated and kept in place of the weights as the last step left them: a mean over steps.

#include <cstdint>
#include <span>
#include <vector>

#include "config/training.hpp"
#include "core/aligned_buffer.hpp"
#include "nn/model.hpp"
#include "optim/epoch_steps.hpp"

namespace jetrain {

/// Of the trainable weights w, after each step or at certain moments:
///  - train.average.decay: a <- a + (1 - d) (w - a), d = min(decay, (1 + t) / (10 + t)) at step t (Polyak and
///    Juditsky 1992; TensorFlow's ExponentialMovingAverage with num_updates: the first steps forget faster);
///  - train.average.equal: a <- a + (w - a) / n at the n-th moment, so that all have equal shares (stochastic
///    weight averaging, Izmailov et al., UAI 2018). Batch normalisation's own averages do not belong to such
///    weights: they are measured anew by a pass over the training set (train/batch_statistics.hpp).
class WeightAverage {
 public:
  /// `model`: with the weights that the average begins with.
  WeightAverage(const AverageConfig& config, Model& model, const EpochSteps& steps);

  /// `steps` counts the one just taken.
  void after_step(std::int64_t steps);

  /// Exchanges the model's weights for the average, where there is one yet, and at the second call back; no
  /// step in between.
  void exchange(std::int64_t steps);
  bool is_exchanged() const noexcept { return exchanged_; }
  /// While exchanged: whether the model needs averages of batch normalisation that belong to its weights.
  bool wants_statistics() const noexcept { return exchanged_ && measures_; }
  /// Those, of all parameters that are not trained; until the exchange back.
  void take_statistics(std::span<const float> averages);
  /// While exchanged: the parameters that are not trained, as the next step needs them.
  std::span<const float> own_statistics() const noexcept { return own_statistics_; }

  /// One value a trainable parameter: while exchanged the training's own weights. Empty: not wanted.
  std::span<float> state() noexcept { return average_.span(); }

 private:
  /// Of equal shares: how many moments so many steps have passed.
  std::int64_t moments(std::int64_t steps) const;
  bool exists(std::int64_t steps) const;
  void move(float share);

  AverageConfig config_;
  Model& model_;
  EpochSteps steps_;
  bool measures_ = false;
  AlignedBuffer<float> average_;
  bool exchanged_ = false;
  std::vector<float> own_statistics_;
};

}  // namespace jetrain
