#pragma once

/// \file
/// A training of a second's fraction, in memory, for tests of what drives and watches trainings.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sparse_samples.hpp"
#include "train/rate_sweep.hpp"
#include "train/trainer.hpp"

namespace jetrain::test {

/// 96 samples to train on, in three steps an epoch, and 40 to validate with, over the ranks of `comm`.
class SmallTraining {
 public:
  static constexpr std::int64_t kSteps = 3;

  /// `assignments`: of config keys, beside three epochs without early stopping. `weight_of`: of each sample
  /// by its number, in either set.
  explicit SmallTraining(
      const std::vector<std::string>& assignments = {}, const Communicator& comm = Communicator::self(),
      const std::function<float(std::int64_t)>& weight_of = [](std::int64_t) { return 1.0F; })
      : comm_(comm.handle()),
        config_(parse_config("model:\n"
                             "  layers:\n"
                             "    - conv2d: {filters: 3, kernel: 4, padding: same, activation: relu}\n"
                             "    - flatten\n"
                             "    - dense: {units: 2, activation: softmax}\n"
                             "train: {epochs: 3, batch_size: 32, average: {decay: 0.9}}\n"
                             "early_stopping: {enabled: false}\n",
                             "small.yaml", assignments, false)),
        model_(config_.model, Shape::image(1, 8, 8), config_.train.loss, config_.train.freeze),
        train_(weighted_samples(32 * kSteps, comm_, weight_of)),
        validation_(config_.validation, weighted_samples(40, comm_, weight_of), comm_) {
    model_.initialize(config_.seed);
  }

  Trainer trainer(TrainerOptions options = {}, TrainingState start = {}) {
    return {config_, model_, train_, validation_, std::move(start), comm_, std::move(options)};
  }
  RateCurve sweep(const RateSweep& sweep) {
    return sweep_rates(
        sweep, config_, model_, train_, [](const RatePoint&) {}, comm_);
  }
  const Config& config() const { return config_; }
  const Model& model() const { return model_; }

 private:
  Communicator comm_;
  Config config_;
  Model model_;
  SampleSet train_;
  Validation validation_;
};

/// Assignments of trainings whose state is more than weights and an optimizer's, each with what it is about.
inline std::vector<std::pair<std::string, std::vector<std::string>>> trainings_with_more_state() {
  const std::string with_norm =
      "model.layers=[conv2d: {filters: 3, kernel: 4, padding: same, activation: relu}, batch_norm, flatten, "
      "dense: {units: 2, activation: softmax}]";
  return {{"ranger", {"train.optimizer={radam: {weight_decay: 0.1}}", "train.lookahead.every_steps=2"}},
          {"lion", {"train.optimizer=lion", "train.average.decay=0"}},
          {"muon", {"train.optimizer=muon"}},
          {"frozen parts",
           {with_norm, "train.freeze=[batch_norm]", "train.learning_rate_factors={dense: 0.5}",
            "train.optimizer=muon", "train.average={equal: {from_epoch: 2}}"}},
          {"equal average of epochs",
           {with_norm, "train.average={equal: {from_epoch: 2, learning_rate_factor: 0.5}}",
            "train.lookahead.every_steps=4"}},
          {"equal average of steps",
           {with_norm, "train.average={equal: {from_epoch: 1, every_steps: 2}}",
            "train.schedule={polynomial: {power: 2}}"}},
          {"batch schedule",
           {"train.batch_schedule=[{from_epoch: 2, batch_size: 40}, {from_epoch: 3, batch_size: 17}]",
            "train.lr_scaling=linear", "train.average={equal: {from_epoch: 2, every_steps: 2}}"}}};
}

}  // namespace jetrain::test
