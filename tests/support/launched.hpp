#pragma once

#include <cstdlib>
#include <map>
#include <string>

namespace jetrain::test {

/// An environment of these launchers' variables alone, while it lives.
class Launched {
 public:
  explicit Launched(const std::map<std::string, std::string>& variables) {
    for (const char* name : kNames) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      unsetenv(name);
    }
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Launched() {
    for (const char* name : kNames) unsetenv(name);
    for (const auto& [name, value] : before_) setenv(name.c_str(), value.c_str(), 1);
  }
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;

 private:
  static constexpr const char* kNames[] = {"OMPI_COMM_WORLD_RANK",
                                           "OMPI_COMM_WORLD_SIZE",
                                           "PMIX_RANK",
                                           "PMI_RANK",
                                           "PMI_SIZE",
                                           "MV2_COMM_WORLD_RANK",
                                           "PALS_RANKID",
                                           "MV2_COMM_WORLD_SIZE",
                                           "FLUX_TASK_RANK",
                                           "FLUX_JOB_SIZE",
                                           "SLURM_PROCID",
                                           "SLURM_STEP_NUM_TASKS",
                                           "SLURM_NTASKS",
                                           "SLURM_STEP_ID",
                                           "PMIX_NAMESPACE",
                                           "JSM_NAMESPACE_RANK",
                                           "JSM_NAMESPACE_SIZE"};
  std::map<std::string, std::string> before_;
};

}  // namespace jetrain::test
