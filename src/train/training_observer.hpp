#pragma once

/// \file
/// Who wants to know how a training goes: its files, its log, the program around it.

#include <cstdint>
#include <map>
#include <string>

#include "nn/model.hpp"
#include "train/epoch_record.hpp"
#include "train/stragglers.hpp"
#include "train/training_state.hpp"

namespace jetrain {

/// What the phases of a training took so far on this rank, as result.json names them.
using PhaseSeconds = std::map<std::string, double>;

/// A step that has been taken.
struct StepEnd {
  StepRecord record = {};
  EpochProgress progress = {};       ///< of its epoch, this step included
  std::int64_t steps_per_epoch = 0;  ///< of which progress.steps are done
  std::int64_t samples_done = 0;     ///< in this epoch
  std::int64_t samples = 0;          ///< in every epoch
  bool stopping = false;             ///< it is the last one: the training was asked to end
};

/// An epoch that has been trained and validated.
struct EpochEnd {
  const EpochRecord& record;
  const Model& model;             ///< as the next epoch begins with it; never the weights' moving average
  bool best = false;              ///< no epoch was better so far
  bool kept = false;              ///< its weights are those that the training would end with now
  bool lowered = false;           ///< the learning rate goes down for it
  double next_learning_rate = 0;  ///< of the next step
  bool stops_early = false;       ///< early stopping ends the training here
  RankTimes times = {};           ///< what each rank did by itself in this epoch; on rank 0
};

/// Base of observers; each function does nothing unless overridden. All are called by the training's thread,
/// in the order in which observers were added. An exception ends the training on all ranks with its message:
/// from on_step after one step more, from the others at once; observers after the one that threw are not
/// called. Ranks may have different observers, which therefore call nothing collective.
class TrainingObserver {
 public:
  TrainingObserver() = default;
  virtual ~TrainingObserver() = default;
  TrainingObserver(const TrainingObserver&) = delete;
  TrainingObserver& operator=(const TrainingObserver&) = delete;

  /// Before the first step.
  virtual void on_begin() {}
  virtual void on_step(const StepEnd&) {}
  virtual void on_epoch(const EpochEnd&) {}
  /// Asked before the first epoch and after each: whether the training should end here, on all ranks, as
  /// after its last epoch.
  virtual bool wants_stop() const { return false; }
  /// A signal ends the training after the step just taken. Returns what joins the message: where it can go
  /// on.
  virtual std::string on_stop() { return {}; }
  /// After the last epoch.
  virtual void on_end() {}
  /// Adds what it took itself.
  virtual void add_seconds(PhaseSeconds&) const {}
};

}  // namespace jetrain
