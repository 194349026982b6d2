#pragma once

/// \file
/// A training that begins with another one's weights (train.start). They are taken by name and shape, layer
/// by layer: all arrays of a layer, also its running averages and the statistics of `standardize`, or none.

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "nn/model.hpp"
#include "run/start_record.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// Rank 0 reads the file that config.train.start names; all ranks then have its weights in `model`, which is
/// initialised, and the record. What was taken, left and new is a table in the log; what cannot be meant (see
/// run/start_checks.hpp), a pattern that matches no layer, and a file of which nothing is taken are refused.
/// Collective.
StartRecord start_from_weights(const Config& config, Model& model, const Communicator& comm, Log& log);

}  // namespace jetrain
