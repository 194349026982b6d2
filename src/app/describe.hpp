#pragma once

/// \file
/// What a training says of itself.

#include <string>

#include "comm/communicator.hpp"
#include "comm/watchdog.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"
#include "run/run_directory.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// Versions, a table of hosts, ranks, threads, cores and memory, the batch's leaves, and warnings where ranks
/// and threads stand in each other's way or idle. `output`: the run directory. Collective.
void describe_workers(const Config& config, const std::string& output, int threads, const Watchdog& watchdog,
                      const Communicator& comm, Log& log);

/// What validation costs as configured, and otherwise, estimated from the numbers of jets. On all ranks.
void describe_validation(const Config& config, const LoadedSamples& loaded, const Communicator& comm,
                         Log& log);

/// What was read. Collective.
void describe_data(const Config& config, const LoadedSamples& loaded, double seconds,
                   const Communicator& comm, Log& log);

void describe_result(const RunResult& result, const std::string& output, Log& log);

}  // namespace jetrain
