#pragma once

/// \file
/// The training loop. It writes no file and prints nothing; observers do.

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "core/stop_signal.hpp"
#include "nn/model.hpp"
#include "optim/epoch_steps.hpp"
#include "samples/sample_set.hpp"
#include "train/epoch_runner.hpp"
#include "train/live_state.hpp"
#include "train/training_observer.hpp"
#include "train/training_state.hpp"
#include "train/validation.hpp"

namespace jetrain {

struct TrainerOptions {
  bool profile = false;        ///< time every phase, for TrainingOutcome::profile
  std::string best_file = {};  ///< where the kept weights are, if the training diverges
  std::function<bool()> stop_asked = stop_requested;  ///< whether this rank was asked to stop
};

/// What a training ended with.
struct TrainingOutcome {
  std::vector<float> weights;  ///< those that were kept: the best, or without restore_best the last
  std::string weights_hash;
  EpochRecord best;            ///< the epoch that they are of
  std::int64_t epochs = 0;     ///< in all, also of earlier processes
  TrainingEnd end;             ///< why it ended
  double jets_per_second = 0;  ///< training, the median epoch
  PhaseSeconds seconds;        ///< on this rank
  std::string profile;         ///< a table; on rank 0, where it was asked for
};

/// Trains a network on one set and validates on another after each epoch, until the last epoch, early
/// stopping, an observer, or a signal ends it.
class Trainer {
 public:
  /// `model`: initialised; it is trained in place. `start`: an empty state, or a checkpoint's to go on from
  /// (CollectiveError where that is of another network). All but `start` and `options` must outlive this.
  /// Collective.
  Trainer(const Config& config, Model& model, const SampleSet& train, Validation& validation,
          TrainingState start, const Communicator& comm, TrainerOptions options = {});

  /// Before run; `observer` must outlive it.
  void add(TrainingObserver& observer) { observers_.push_back(&observer); }

  /// Throws CollectiveError where the training diverges; where an observer of any rank threw; and, with
  /// ExitStatus::requeue, where a signal asked any rank to stop, after the step just taken. Collective.
  TrainingOutcome run();

  /// All that the training goes on from, as after the last whole step. From any thread, at any time.
  TrainingState snapshot() { return live_.snapshot(); }
  /// The same; none where the training's thread is in the middle of a change for longer than `patience`.
  std::optional<TrainingState> snapshot_within(std::chrono::milliseconds patience) {
    return live_.snapshot_within(patience);
  }

  /// For observers: the weights that the training would end with now.
  const std::vector<float>& kept_weights() const noexcept { return live_.kept_weights(); }
  const LearningRate& schedule() const noexcept { return live_.update().schedule(); }
  /// Observers' own included.
  PhaseSeconds phase_seconds() const;

 private:
  bool stop_asked() const { return error_ != nullptr || options_.stop_asked(); }
  void after_step(const StepEnd& step);
  EpochRecord validated(EpochRecord record);
  void end_epoch(const EpochRecord& record);
  bool is_wanted_to_stop() const;
  [[noreturn]] void stop();
  TrainingEnd end() const;
  TrainingOutcome outcome() const;
  void tell(const std::function<void(TrainingObserver&)>& what);
  void agree_on_errors();

  const Config& config_;
  Model& model_;
  Validation& validation_;
  const Communicator& comm_;
  TrainerOptions options_;
  EpochSteps steps_;
  LiveState live_;
  EpochRunner epochs_;
  std::vector<TrainingObserver*> observers_;
  std::exception_ptr error_;  ///< of an observer on this rank; all ranks learn of it at the next occasion
  double validate_seconds_ = 0;
};

}  // namespace jetrain
