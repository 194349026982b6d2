#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/log_level.hpp"

namespace jetrain {

struct StudyOptions {
  std::string config;
  std::vector<std::string> assignments;  ///< --set key=value
  std::string output;                    ///< the study's folder
  std::string share;                     ///< "K/N": take members K, K + N, ... only
  std::int64_t seeds = 0;  ///< the config as it is, with so many seeds; 0: the study that it says
  bool overwrite = false;
  int threads = 0;
  LogLevel log_level = LogLevel::info;
};

/// `jetrain study`: the config's family of trainings, each in a run directory inside the study's, one table
/// of all, and a ranking. What was done already is not done again. Several processes may work in one folder
/// at the same time, each on its share; each member is trained by one, and the last to end ranks. Collective.
void study(const StudyOptions& options, const Communicator& comm);

}  // namespace jetrain
