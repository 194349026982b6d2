#pragma once

/// \file
/// The training loop.

#include "jetrain/comm/communicator.hpp"
#include "jetrain/config/config.hpp"
#include "jetrain/data/image_loader.hpp"
#include "jetrain/nn/model.hpp"
#include "jetrain/report/log.hpp"
#include "jetrain/train/checkpoints.hpp"
#include "jetrain/train/run_directory.hpp"
#include "jetrain/train/training_state.hpp"
#include "jetrain/train/validation.hpp"

namespace jetrain {

/// Where rank 0 writes as the run goes on: history, best.h5, checkpoints. Null on other ranks.
struct RunFiles {
  RunDirectory* run = nullptr;
  Checkpoints* checkpoints = nullptr;
};

/// Trains `model` (initialised) on `train`, validates after each epoch, stops early, and leaves the best
/// weights in `model`. `state`: an empty one, or a checkpoint's to go on from. `profile`: time every phase,
/// and log the table at the end. Throws CollectiveError where the training diverges (the best weights so far
/// are then in best.h5), and, with ExitStatus::requeue, where a signal asked any rank to stop (a checkpoint
/// of the step just done is then written). Collective.
RunResult fit(const Config& config, Model& model, const ImageSet& train, const Validation& validation,
              TrainingState state, const RunFiles& files, const Communicator& comm, bool profile, Log& log);

}  // namespace jetrain
