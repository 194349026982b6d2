#pragma once

/// \file
/// All that a training goes on from: what a checkpoint holds.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/record.hpp"
#include "optim/schedule.hpp"
#include "train/early_stopping.hpp"
#include "train/epoch_record.hpp"

namespace jetrain {

/// Where the epoch under way stands. The samples' order follows from seed and epoch.
struct EpochProgress {
  std::int64_t epoch = 1;
  std::int64_t steps = 0;    ///< done; when all are, validation is next
  double loss = 0;           ///< summed over the samples of these steps, with their weights
  std::int64_t correct = 0;  ///< likewise, in SetWeights::unit
  double seconds = 0;

  template <class Self, class Visitor>
  static void fields(Self& p, Visitor& visit) {
    visit("epoch", p.epoch);
    visit("steps", p.steps);
    visit("loss", p.loss);
    visit("correct", p.correct);
    visit("seconds", p.seconds);
  }
};

struct TrainingState {
  EpochProgress progress;
  EarlyStoppingState stopping;
  std::vector<EpochRecord> history;
  std::int64_t best_epoch = 0;  ///< the one whose weights are kept; 0: none yet
  std::vector<float> parameters;
  std::vector<float> best_parameters;
  std::int64_t optimizer_steps = 0;
  PlateauState plateau;
  std::vector<std::vector<float>> optimizer;  ///< arrays in the order of WeightUpdate::state

  /// The order is that of a checkpoint.
  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit.joined("progress_", s.progress);
    visit.joined("stopping_", s.stopping);
    visit("best_epoch", s.best_epoch);
    visit("optimizer_steps", s.optimizer_steps);
    visit.joined("plateau_", s.plateau);
    visit("parameters", s.parameters);
    visit("best_parameters", s.best_parameters);
    visit("optimizer", s.optimizer);
    visit("history", s.history);
  }
};

/// Rank 0's state, on all ranks. Collective.
void broadcast(TrainingState& state, const Communicator& comm);

}  // namespace jetrain
