#include "comm/slurm_step.hpp"

#include <dlfcn.h>
#include <glob.h>
#include <mpi.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace jetrain {
namespace {

namespace fs = std::filesystem;

bool is_open_mpi() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return std::string_view(text.data()).starts_with("Open MPI");
}

/// Whether a file is called so (glob(7)).
bool matches(const std::string& pattern) {
  glob_t found{};
  const bool any = glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0;
  globfree(&found);
  return any;
}

/// Whether this Open MPI may have what speaks SLURM's PMI of version 1 or 2: components `pmix_s1`, `pmix_s2`.
/// Most builds have theirs as files near the library (Debian's: openmpi/lib/openmpi3/mca_pmix_ext3x.so); of
/// others nothing is known.
bool may_know_slurm() {
  Dl_info library{};
  const void* function = dlsym(RTLD_DEFAULT, "MPI_Init");
  if (function == nullptr || dladdr(function, &library) == 0) return true;
  std::error_code absent;
  const std::string folder = fs::canonical(library.dli_fname, absent).parent_path();
  const auto is_there = [&](const std::string& component) {
    return matches(folder + "/openmpi*/mca_pmix_" + component) ||
           matches(folder + "/openmpi/lib/openmpi*/mca_pmix_" + component);
  };
  return is_there("s1.so") || is_there("s2.so") || !is_there("*.so");
}

std::string_view value_of(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void hide_deaf_step() {
  constexpr const char* kStep = "SLURM_STEP_ID";  // what Open MPI goes by
  if (std::getenv(kStep) == nullptr || std::getenv("OMPI_COMM_WORLD_RANK") != nullptr || !is_open_mpi())
    return;
  // Of srun's own PMIx, not of another launcher's within the step.
  const bool of_srun =
      std::getenv("PMIX_RANK") == nullptr || value_of("PMIX_NAMESPACE").starts_with("slurm.pmix.");
  const bool alone = of_srun && value_of("SLURM_STEP_NUM_TASKS") == "1";
  if (alone || (std::getenv("PMIX_RANK") == nullptr && !may_know_slurm())) unsetenv(kStep);
}

}  // namespace jetrain
