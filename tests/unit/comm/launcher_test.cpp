#include "comm/launcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "launched.hpp"

namespace jetrain {
namespace {

using test::Launched;
using testing::AllOf;
using testing::HasSubstr;

TEST(SeveralStarted, AreTold) {
  for (const auto& [rank, size] :
       std::map<std::string, std::string>{{"PMI_RANK", "PMI_SIZE"},
                                          {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
                                          {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
                                          {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                          {"FLUX_TASK_RANK", "FLUX_JOB_SIZE"}}) {
    const Launched environment({{rank, "2"}, {size, "3"}});
    const auto why = several_started();
    ASSERT_TRUE(why) << size;
    EXPECT_THAT(*why, AllOf(HasSubstr("one of 3"), HasSubstr(size + "=3"), HasSubstr("srun --mpi=pmix"),
                            HasSubstr("unset " + size)));
    EXPECT_FALSE(is_first_process());
    EXPECT_TRUE(is_launched());
  }
  const Launched environment(std::map<std::string, std::string>{{"PMIX_RANK", "1"}});
  EXPECT_THAT(several_started().value_or(""),
              HasSubstr("one of several that were started together (PMIX_RANK=1)"));
}

TEST(SeveralStarted, AreNotWhereOneIsAlone) {
  using Variables = std::map<std::string, std::string>;
  for (const Variables& variables :
       {Variables{}, Variables{{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}},
        Variables{{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}}) {
    const Launched environment(variables);
    EXPECT_FALSE(several_started());
    EXPECT_FALSE(is_launched());
    EXPECT_TRUE(is_first_process());
  }
  // mpirun -np 1 in a step of several, and srun --mpi=pmix -n 1.
  const Launched mpirun(
      {{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}});
  EXPECT_FALSE(several_started());
  EXPECT_TRUE(is_launched());
  const Launched pmix({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_PROCID", "0"}});
  EXPECT_FALSE(several_started());
  EXPECT_TRUE(is_launched());
}

TEST(SeveralStarted, AreNotReadOutOfNonsense) {
  const Launched environment({{"PMI_SIZE", "many"}, {"SLURM_STEP_NUM_TASKS", ""}, {"PMI_RANK", "-1"}});
  EXPECT_FALSE(several_started());
  EXPECT_FALSE(is_launched());
}

}  // namespace
}  // namespace jetrain
