#pragma once

/// \file
/// One run through the training set: order, batches, gradient steps, updates.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "batches/batch_feeder.hpp"
#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"
#include "nn/model.hpp"
#include "telemetry/log.hpp"
#include "train/epoch_record.hpp"
#include "train/gradient_step.hpp"
#include "train/profile.hpp"
#include "train/stragglers.hpp"
#include "train/training_state.hpp"
#include "train/weight_update.hpp"

namespace jetrain {

class EpochRunner {
 public:
  /// `changing` is held while weights and counts are between two steps.
  EpochRunner(const Config& config, Model& model, const SampleSet& train, bool profile,
              const Communicator& comm, Log& log, std::timed_mutex& changing);

  WeightUpdate& update() { return update_; }
  std::int64_t epochs_run() const { return epochs_run_; }

  /// Takes the steps that `at` has not done yet. `after_step` is called after each, on all ranks; `stop`:
  /// some rank was asked to. Validation is left to the caller. Throws CollectiveError where the training
  /// diverges. Collective.
  EpochRecord run(EpochProgress& at,
                  const std::function<void(bool stop, const StepRecord& record)>& after_step);

  /// What this rank did by itself since the last call.
  std::vector<OwnTime> own_times();
  /// The seconds of all epochs by phase, as result.json names them.
  void add_times(std::map<std::string, double>& seconds) const;
  /// What the epochs' and their validation's time went into, as a table on rank 0. Collective.
  std::string profile(const Phase& validate, const Communicator& comm) const;

 private:
  /// Of the step just taken.
  StepRecord record_of_step(const EpochProgress& at) const;
  /// NaN: a regression has none.
  double accuracy_of(std::int64_t correct, double samples) const;
  void show_progress(const EpochProgress& at);
  [[noreturn]] void refuse_diverged(std::int64_t epoch, std::int64_t b) const;

  const Config& config_;
  Model& model_;
  const SampleSet& train_;
  BatchPlan plan_;
  WeightUpdate update_;
  Augmenter augmenter_;
  GradientStep step_;
  BatchFeeder feeder_;
  Log& log_;
  std::timed_mutex& changing_;
  bool profile_;
  std::vector<OwnTime> told_;
  double optimizer_seconds_ = 0;
  double order_seconds_ = 0;
  double seconds_ = 0;  ///< of all epochs
  std::int64_t epochs_run_ = 0;
};

}  // namespace jetrain
