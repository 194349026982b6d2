#pragma once

/// \file
/// One run through the training set: order, batches, gradient steps, updates.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "batches/batch_feeder.hpp"
#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"
#include "nn/model.hpp"
#include "train/epoch_record.hpp"
#include "train/gradient_step.hpp"
#include "train/live_state.hpp"
#include "train/profile.hpp"
#include "train/stragglers.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

class EpochRunner {
 public:
  /// Changes `live` step by step. `weights`: of the training set. `best_file`: where the best weights are,
  /// for the message of a training that diverges; empty: nowhere.
  EpochRunner(const Config& config, LiveState& live, const Model& model, const SampleSet& train,
              const SetWeights& weights, const EpochSteps& steps, bool profile, std::string best_file,
              const Communicator& comm);

  std::int64_t epochs_run() const { return epochs_run_; }

  /// Takes the steps that are not done yet of the epoch that `live` is at. `stop_asked`: whether this rank
  /// was asked to stop. `after_step` is called after each step, on all ranks; `stopping` is true there, on
  /// all ranks alike, where any was asked. It says, on all ranks alike, whether to go on; none is returned
  /// where it does not. Validation is left to the caller. Throws Untrainable where the training diverges.
  /// Collective.
  std::optional<EpochRecord> run(const std::function<bool()>& stop_asked,
                                 const std::function<bool(const StepEnd&)>& after_step);

  /// Where the model has an average of the weights: measures batch normalisation's averages for it, by
  /// another pass over the batches of the epoch that `run` ended, whose gradients lead nowhere. False where
  /// any rank was asked to stop meanwhile. Throws CollectiveError where gradients are out of bounds.
  /// Collective.
  bool measure_statistics(const std::function<bool()>& stop_asked);

  /// What this rank did by itself since the last call.
  std::vector<OwnTime> own_times();
  /// The seconds of all epochs by phase, as result.json names them.
  void add_times(PhaseSeconds& seconds) const;
  /// What the epochs' and their validation's time went into, as a table on rank 0. Collective.
  std::string profile(const Phase& validate, const Communicator& comm) const;

 private:
  /// Of the step just taken.
  StepEnd step_end() const;
  /// The share that `correct`, in the weights' unit, is of `weight`. NaN: a regression has none, nor has a
  /// batch without weight.
  double accuracy_of(std::int64_t correct, double weight) const;
  /// Makes `plan_` that of the epoch, and has its samples brought.
  void start_epoch();
  /// Computes batch `b`.
  void compute(std::int64_t b, bool stop);
  [[noreturn]] void refuse_diverged() const;
  /// What is wrong with the gradients of a batch of so many leaves.
  std::string out_of_bounds(std::int64_t leaves) const;

  const Config& config_;
  LiveState& live_;
  const Model& model_;
  const SampleSet& train_;
  SetWeights weights_;
  EpochSteps steps_;
  BatchPlan plan_;  ///< of the epoch under way
  Augmenter augmenter_;
  GradientStep step_;
  BatchFeeder feeder_;
  std::string best_file_;
  bool profile_;
  std::vector<OwnTime> told_;
  double optimizer_seconds_ = 0;
  double order_seconds_ = 0;
  double seconds_ = 0;             ///< of all epochs
  double statistics_seconds_ = 0;  ///< of measuring statistics between them
  std::int64_t epochs_run_ = 0;
};

}  // namespace jetrain
