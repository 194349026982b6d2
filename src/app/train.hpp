#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/log_level.hpp"

namespace jetrain {

struct TrainOptions {
  std::string config;
  std::vector<std::string> assignments;  ///< --set key=value
  std::string output;                    ///< the run directory
  bool overwrite = false;
  std::int64_t seeds = 0;  ///< so many trainings, in a study's folder, and their ensemble; 0: one training
  bool resume = false;     ///< go on from the newest checkpoint in the run directory, if there is one
  int threads = 0;
  LogLevel log_level = LogLevel::info;
  bool profile = false;  ///< end with a table of where the time went
};

/// `jetrain train`: from config and files to a trained model in a run directory. Collective.
void train(const TrainOptions& options, const Communicator& comm);

}  // namespace jetrain
