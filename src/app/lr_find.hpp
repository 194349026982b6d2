#pragma once

#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/log_level.hpp"
#include "train/rate_sweep.hpp"

namespace jetrain {

struct LrFindOptions {
  std::string config;
  std::vector<std::string> assignments;  ///< --set key=value
  std::string output;                    ///< a folder
  bool overwrite = false;
  int threads = 0;
  LogLevel log_level = LogLevel::info;
  RateSweep sweep;
};

/// `jetrain lr-find`: trains with a learning rate that rises with each step, and leaves the loss against the
/// rate as CSV, JSON and a page. Collective.
void lr_find(const LrFindOptions& options, const Communicator& comm);

}  // namespace jetrain
