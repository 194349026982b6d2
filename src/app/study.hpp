#pragma once

#include <string>
#include <vector>

#include "jetrain/comm/communicator.hpp"

namespace jetrain {

struct StudyOptions {
  std::string config;
  std::vector<std::string> assignments;  ///< --set key=value
  std::string output;                    ///< the study's folder
  bool overwrite = false;
  int threads = 0;
};

/// `jetrain study`: the config's family of trainings, each in a run directory inside the study's, one table
/// of all, and a ranking. What was done already is not done again. Collective.
void study(const StudyOptions& options, const Communicator& comm);

}  // namespace jetrain
