#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "config/words.hpp"
#include "core/log_level.hpp"
#include "scaling/points.hpp"
#include "scaling/projection.hpp"

namespace jetrain {

struct ScalingRunOptions {
  std::string config;
  std::vector<std::string> assignments;
  std::vector<int> ranks;
  std::vector<int> threads{1};
  ScalingMode mode = ScalingMode::strong;
  int repeats = 3;
  std::string output = "runs/scaling";
  bool overwrite = false;
  bool write_jobs = false;
  LogLevel log_level = LogLevel::info;
};

struct ScalingReportOptions {
  std::string folder;
  std::string output;  ///< a report is replaced: it can be made again
};

struct ScalingProjectOptions {
  std::vector<std::string> folders;
  ProjectionPlan plan;
  ValidationRanks validation = ValidationRanks::all;
  std::string output;
};

/// `jetrain scaling run`: trains the config on each number of ranks and threads, with the ranks there are;
/// points that are there already are left as they are. Or writes one batch script for each number of ranks.
/// Collective.
void scaling_run(const ScalingRunOptions& options, const Communicator& comm);

/// `jetrain scaling report`: what the points of a study say together. Collective.
void scaling_report(const ScalingReportOptions& options, const Communicator& comm);

/// `jetrain scaling project`: what the points of studies let one expect of more ranks, on a network that is
/// named. Collective.
void scaling_project(const ScalingProjectOptions& options, const Communicator& comm);

}  // namespace jetrain
