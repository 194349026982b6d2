#pragma once

/// \file
/// From a batch's exact sums to new weights: mean, regularisation, clipping, learning rate, optimizer,
/// running averages. Every rank does the same.

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "config/config.hpp"
#include "nn/model.hpp"
#include "optim/epoch_steps.hpp"
#include "optim/lookahead.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "train/weight_average.hpp"

namespace jetrain {

/// Trained parameters [first, last) of the arena, whose sums begin at `sums`.
struct SummedRun {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t sums = 0;
};

class WeightUpdate {
 public:
  /// `model`: initialised; its weights start the average.
  WeightUpdate(const TrainConfig& config, Model& model, const EpochSteps& steps);

  /// One step from the sums over a batch of so many samples, gradients times `scale`. Threads share the work;
  /// the bits do not depend on how many.
  void apply(const std::int64_t* sums, std::int64_t batch_samples, float scale);

  /// From now on, `gradient_norm` is computed in every step.
  void watch_gradient_norm() { norm_is_watched_ = true; }
  /// Euclidean, of the last step's mean gradient, before it was clipped to a norm; NaN where it is not
  /// watched.
  double gradient_norm() const { return gradient_norm_; }

  /// Where train.average is used, exchanges the model's weights for their average, once there is one, and at
  /// the second call back: around validation.
  void exchange_average() { average_.exchange(steps()); }
  WeightAverage& average() { return average_; }
  const WeightAverage& average() const { return average_; }

  /// Takes an epoch's validation; true where the learning rate goes down for it.
  bool after_epoch(double monitored);
  Monitor monitored() const { return learning_rate_.monitored(); }

  /// Of the step taken last; before the first, of that one.
  double learning_rate() const { return rate_; }
  double next_learning_rate() const { return learning_rate_.at(steps(), plateau_); }
  const LearningRate& schedule() const { return learning_rate_; }

  std::int64_t steps() const { return optimizer_->steps(); }
  void set_steps(std::int64_t steps);
  PlateauState& plateau() { return plateau_; }
  /// One value a trainable parameter in each: all else that the next step depends on. The average's comes
  /// last.
  std::vector<std::span<float>> state();

 private:
  void compute_gradients(const std::int64_t* sums, double unit);
  void clip();
  double norm_of_gradients() const;
  void update_statistics(const std::int64_t* sums, double scale);

  const TrainConfig& config_;
  Model& model_;
  LearningRate learning_rate_;
  std::unique_ptr<Optimizer> optimizer_;
  Lookahead lookahead_;
  WeightAverage average_;
  PlateauState plateau_;
  double rate_ = 0;
  std::vector<SummedRun> summed_;
  AlignedBuffer<float> gradients_;  ///< of all trainable parameters; 0 where they are frozen
  bool norm_is_watched_ = false;
  double gradient_norm_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace jetrain
