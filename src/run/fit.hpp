#pragma once

/// \file
/// The training loop.

#include "comm/communicator.hpp"
#include "comm/watchdog.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"
#include "nn/model.hpp"
#include "run/checkpoints.hpp"
#include "run/run_directory.hpp"
#include "run/training_events.hpp"
#include "telemetry/log.hpp"
#include "train/stragglers.hpp"
#include "train/training_state.hpp"
#include "train/validation.hpp"

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
RunResult fit(const Config& config, Model& model, const SampleSet& train, Validation& validation,
              const StragglerWatch& stragglers, TrainingState state, const RunFiles& files,
              Watchdog& watchdog, const Communicator& comm, bool profile, Log& log);

}  // namespace jetrain
