#pragma once

/// \file
/// The state of a training under way, and the one owner of its lock.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "config/config.hpp"
#include "core/stopwatch.hpp"
#include "nn/model.hpp"
#include "train/early_stopping.hpp"
#include "train/training_state.hpp"
#include "train/weight_update.hpp"

namespace jetrain {

/// Exact sums over one global batch, equal on all ranks.
struct BatchSums {
  const std::int64_t* gradients = nullptr;  ///< as WeightUpdate::apply takes them
  float scale = 1;                          ///< of the gradients
  double loss = 0;                          ///< of all samples, with their weights
  std::int64_t correct = 0;                 ///< in SetWeights::unit
  std::int64_t samples = 0;
};

/// What the end of an epoch changed.
struct EpochChange {
  bool best = false;     ///< no epoch was better so far
  bool kept = false;     ///< its weights are now those that are kept
  bool lowered = false;  ///< the learning rate goes down
};

/// Weights, optimizer, counts. The training's thread changes them, one whole change after another; any other
/// thread may take a snapshot between two changes. Nobody else can hold the lock, and what is done under it
/// knows neither ranks nor files: whatever the training waits for, a snapshot can be had.
class LiveState {
 public:
  /// `model`: initialised. `start`: an empty state, or one to go on from; CollectiveError where that is of
  /// another network. All ranks do the same.
  LiveState(const Config& config, Model& model, const EpochSteps& steps, TrainingState start);

  /// From any thread.
  TrainingState snapshot();
  /// The same; none where a change takes longer than `patience`: the training's thread is stuck in it.
  std::optional<TrainingState> snapshot_within(std::chrono::milliseconds patience);

  // What follows is for the training's own thread.

  /// From now on, the time that passes is the epoch's.
  void start_epoch();
  /// Updates weights and counts by one batch.
  void step(const BatchSums& sums);
  /// Where an average of the weights is wanted, and there is one yet: exchanges the model's weights for it,
  /// until end_epoch. True where batch normalisation's averages are to be measured for it.
  bool take_average();
  /// As they were measured, for the weights that the model has until end_epoch.
  void take_statistics(std::span<const float> averages);
  /// The epoch is validated: keeps its weights if they are the best (or always, without
  /// early_stopping.restore_best), and goes to the next epoch.
  EpochChange end_epoch(const EpochRecord& record);

  const EpochProgress& progress() const noexcept { return state_.progress; }
  const std::vector<EpochRecord>& history() const noexcept { return state_.history; }
  /// Why early stopping ends the training here; none: it does not.
  std::optional<TrainingEnd> end() const { return stopping_.end(state_.history); }
  /// The weights that the training would end with now, and the epoch that they are of (0: none).
  const std::vector<float>& kept_weights() const noexcept { return state_.best_parameters; }
  std::int64_t kept_epoch() const noexcept { return state_.best_epoch; }
  const WeightUpdate& update() const noexcept { return update_; }

 private:
  void restore();
  TrainingState capture();

  const Config& config_;
  Model& model_;
  std::timed_mutex changing_;
  TrainingState state_;  ///< but for what the model and the update hold
  WeightUpdate update_;
  EarlyStopping stopping_;
  Stopwatch watch_;            ///< since start_epoch
  double seconds_before_ = 0;  ///< of the epoch, in an earlier process
};

}  // namespace jetrain
