#pragma once

/// \file
/// A run as its directory tells it, read back for a report.

#include <string>
#include <vector>

#include "config/config.hpp"
#include "run/run_directory.hpp"

namespace jetrain {

struct RunRecord {
  std::string path;
  std::string name;  ///< the folder's, or the path where two folders have one name
  std::string yaml;  ///< the resolved config as text
  Config config;
  std::vector<EpochRecord> history;
  bool ended = false;  ///< false: there is no result.json (yet), and `result` is empty
  RunResult result;
};

/// DataError names the file that is missing or not as a training writes it. For one rank alone.
std::vector<RunRecord> read_runs(const std::vector<std::string>& paths);

}  // namespace jetrain
