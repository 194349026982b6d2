#pragma once

/// \file
/// The training loop.

#include "jetrain/comm/communicator.hpp"
#include "jetrain/config/config.hpp"
#include "jetrain/data/image_loader.hpp"
#include "jetrain/nn/model.hpp"
#include "jetrain/report/log.hpp"
#include "jetrain/train/run_directory.hpp"
#include "jetrain/train/validation.hpp"

namespace jetrain {

/// Trains `model` (initialised) on `train`, validates after each epoch, stops early, and leaves the best
/// weights in `model`. `profile`: time every phase, and log the table at the end. `run`: the run directory on
/// rank 0, null elsewhere; history and best.h5 are written as the run goes on. Throws CollectiveError where
/// the training diverges (the best weights so far are then in best.h5). Collective.
RunResult fit(const Config& config, Model& model, const ImageSet& train, const Validation& validation,
              const Communicator& comm, RunDirectory* run, bool profile, Log& log);

}  // namespace jetrain
