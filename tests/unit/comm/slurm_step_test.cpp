#include "comm/slurm_step.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <array>
#include <cstdlib>
#include <string>

#include "launched.hpp"

namespace jetrain {
namespace {

using Variables = std::map<std::string, std::string>;

bool is_hidden(Variables variables) {
  variables["SLURM_STEP_ID"] = "0";
  const test::Launched environment(variables);
  hide_deaf_step();
  return std::getenv("SLURM_STEP_ID") == nullptr;
}

TEST(DeafStep, IsHiddenFromAProcessThatSrunStartedAlone) {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  if (!std::string(text.data()).starts_with("Open MPI")) GTEST_SKIP() << text.data();
  EXPECT_TRUE(is_hidden({{"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_PROCID", "0"}}));
  EXPECT_TRUE(
      is_hidden({{"SLURM_STEP_NUM_TASKS", "1"}, {"PMIX_RANK", "0"}, {"PMIX_NAMESPACE", "slurm.pmix.7.0"}}));
}

TEST(DeafStep, IsLeftToThoseWhoCanAsk) {
  EXPECT_FALSE(is_hidden({{"SLURM_STEP_NUM_TASKS", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
  EXPECT_FALSE(
      is_hidden({{"SLURM_STEP_NUM_TASKS", "4"}, {"PMIX_RANK", "2"}, {"PMIX_NAMESPACE", "slurm.pmix.7.0"}}));
  EXPECT_FALSE(is_hidden(
      {{"SLURM_STEP_NUM_TASKS", "1"}, {"PMIX_RANK", "0"}, {"PMIX_NAMESPACE", "prterun-node-12@1"}}));
}

}  // namespace
}  // namespace jetrain
