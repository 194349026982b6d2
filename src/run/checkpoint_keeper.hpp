#pragma once

#include <functional>
#include <string>

#include "config/config.hpp"
#include "core/log_level.hpp"
#include "core/stopwatch.hpp"
#include "run/checkpoints.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// Writes checkpoints as a training goes on: whenever one is due, where a signal stops it, and at the end, so
/// that a finished run can go on with more epochs. Where one cannot be written, the training is worth more
/// than the checkpoint: that is a warning, but at a stop an error. On rank 0.
class CheckpointKeeper : public TrainingObserver {
 public:
  /// `snapshot`: the training's state at the time. `at_begin`: one is wanted before the first step, of a
  /// training whose beginning could not be made again.
  CheckpointKeeper(const CheckpointConfig& config, const Checkpoints& checkpoints,
                   std::function<TrainingState()> snapshot, bool at_begin, Say say);

  void on_begin() override;
  void on_step(const StepEnd& step) override;
  std::string on_stop() override;
  void on_end() override;
  void add_seconds(PhaseSeconds& seconds) const override { seconds["checkpoint"] += seconds_; }

 private:
  bool due(std::int64_t step) const;
  void try_to_write();
  /// Returns its path.
  std::string write();

  CheckpointConfig config_;
  const Checkpoints& checkpoints_;
  std::function<TrainingState()> snapshot_;
  bool at_begin_;
  Say say_;
  Stopwatch since_last_;
  double seconds_ = 0;
};

}  // namespace jetrain
