#include "comm/launcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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
                                           "JSM_NAMESPACE_RANK",
                                           "JSM_NAMESPACE_SIZE"};
  std::map<std::string, std::string> before_;
};

TEST(UnknownLauncher, IsToldOfWhereSeveralWereStarted) {
  for (const auto& [rank, size] :
       std::map<std::string, std::string>{{"PMI_RANK", "PMI_SIZE"},
                                          {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
                                          {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
                                          {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                          {"FLUX_TASK_RANK", "FLUX_JOB_SIZE"}}) {
    const Launched environment({{rank, "2"}, {size, "3"}});
    const auto why = unknown_launcher(1);
    ASSERT_TRUE(why) << size;
    EXPECT_THAT(*why, AllOf(HasSubstr("one of 3"), HasSubstr(size + "=3"), HasSubstr("srun --mpi=pmix"),
                            HasSubstr("unset " + size)));
    EXPECT_FALSE(unknown_launcher(3));
    EXPECT_FALSE(is_first_process());
    EXPECT_TRUE(is_launched());
  }
  const Launched environment(std::map<std::string, std::string>{{"PMIX_RANK", "1"}});
  EXPECT_THAT(unknown_launcher(1).value_or(""),
              HasSubstr("one of several that were started together (PMIX_RANK=1)"));
}

TEST(UnknownLauncher, IsNoneWhereOneWasStarted) {
  using Variables = std::map<std::string, std::string>;
  for (const Variables& variables :
       {Variables{}, Variables{{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}},
        Variables{{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}}) {
    const Launched environment(variables);
    EXPECT_FALSE(unknown_launcher(1));
    EXPECT_FALSE(is_launched());
    EXPECT_TRUE(is_first_process());
  }
  // mpirun -np 1 in a step of several, and srun --mpi=pmix -n 1.
  const Launched mpirun(
      {{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}});
  EXPECT_FALSE(unknown_launcher(1));
  EXPECT_TRUE(is_launched());
  const Launched pmix({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_PROCID", "0"}});
  EXPECT_FALSE(unknown_launcher(1));
  EXPECT_TRUE(is_launched());
}

TEST(UnknownLauncher, IsNotReadOutOfNonsense) {
  const Launched environment({{"PMI_SIZE", "many"}, {"SLURM_STEP_NUM_TASKS", ""}, {"PMI_RANK", "-1"}});
  EXPECT_FALSE(unknown_launcher(1));
  EXPECT_FALSE(is_launched());
}

}  // namespace
}  // namespace jetrain
