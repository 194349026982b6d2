#pragma once

/// \file
/// What a training says of itself.

#include <string>

#include "jetrain/comm/communicator.hpp"
#include "jetrain/comm/watchdog.hpp"
#include "jetrain/config/config.hpp"
#include "jetrain/data/image_loader.hpp"
#include "jetrain/report/log.hpp"
#include "jetrain/train/run_directory.hpp"

namespace jetrain {

/// Ranks, threads and the batch's leaves, with what the user should know of them.
void describe_workers(const Config& config, int threads, const Watchdog& watchdog, const Communicator& comm,
                      Log& log);

/// What was read. Collective.
void describe_data(const Config& config, const LoadedImages& loaded, double seconds, const Communicator& comm,
                   Log& log);

void describe_result(const RunResult& result, const std::string& output, Log& log);

}  // namespace jetrain
