#pragma once

/// \file
/// The training loop.

#include "jetrain/comm/communicator.hpp"
#include "jetrain/comm/watchdog.hpp"
#include "jetrain/config/config.hpp"
#include "jetrain/data/image_loader.hpp"
#include "jetrain/nn/model.hpp"
#include "jetrain/report/log.hpp"
#include "jetrain/train/checkpoints.hpp"
#include "jetrain/train/run_directory.hpp"
#include "jetrain/train/stragglers.hpp"
#include "jetrain/train/training_events.hpp"
#include "jetrain/train/training_state.hpp"
#include "jetrain/train/validation.hpp"

namespace jetrain {

/// What is written as the run goes on.
struct RunFiles {
  RunDirectory* run = nullptr;         ///< history, best.h5; on rank 0
  Checkpoints* checkpoints = nullptr;  ///< on rank 0
  TrainingEvents* events = nullptr;    ///< TensorBoard's, on rank 0, where they are wanted
  Checkpoints* rescue = nullptr;       ///< for the watchdog's; on the ranks that may speak, 0 and 1
};

/// Trains `model` (initialised) on `train`, validates after each epoch, stops early, and leaves the best
/// weights in `model`. `state`: an empty one, or a checkpoint's to go on from. `profile`: time every phase,
/// and log the table at the end. Throws CollectiveError where the training diverges (the best weights so far
/// are then in best.h5), and, with ExitStatus::requeue, where a signal asked any rank to stop (a checkpoint
/// of the step just done is then written). Collective.
RunResult fit(const Config& config, Model& model, const ImageSet& train, Validation& validation,
              const StragglerWatch& stragglers, TrainingState state, const RunFiles& files,
              Watchdog& watchdog, const Communicator& comm, bool profile, Log& log);

}  // namespace jetrain
