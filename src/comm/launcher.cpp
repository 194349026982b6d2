#include "comm/launcher.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace jetrain {

namespace {

/// What launchers call a process' number and how many there are; null: they do not say.
struct Launcher {
  const char* rank;
  const char* size;
};

/// Those that know of one another last: mpirun may stand in a step of srun. SLURM_NTASKS is of the
/// allocation, and there where a shell of it starts a process alone; SLURM_STEP_NUM_TASKS is of what srun
/// started.
constexpr Launcher kLaunchers[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},  // Open MPI's mpirun
    {"PMIX_RANK", nullptr},                            // srun --mpi=pmix, prterun
    {"PMI_RANK", "PMI_SIZE"},                          // MPICH's and Intel's mpiexec, srun --mpi=pmi2
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},    // MVAPICH2
    {"PALS_RANKID", nullptr},                          // HPE Cray's mpiexec
    {"FLUX_TASK_RANK", "FLUX_JOB_SIZE"},               // flux run
    {"JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE"},      // jsrun
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},          // srun without any of these
};

/// -1: not said.
std::int64_t number_in(const char* name) noexcept {
  const char* text = name == nullptr ? nullptr : std::getenv(name);
  if (text == nullptr) return -1;
  char* end = nullptr;
  const std::int64_t number = std::strtoll(text, &end, 10);
  return end == text || *end != '\0' || number < 0 ? -1 : number;
}

bool is_slurm(const Launcher& launcher) {
  return std::string_view(launcher.rank) == "SLURM_PROCID";
}

/// "Open MPI v4.1.4", of a text that goes on.
std::string mpi_name() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string whole(text.data(), static_cast<std::size_t>(length));
  return whole.substr(0, whole.find_first_of(",\n"));
}

}  // namespace

bool is_launched() noexcept {
  for (const Launcher& launcher : kLaunchers) {
    if (is_slurm(launcher) ? number_in(launcher.size) > 1
                           : number_in(launcher.rank) >= 0 || number_in(launcher.size) >= 0)
      return true;
  }
  return false;
}

std::optional<std::string> unknown_launcher(int ranks) {
  if (ranks > 1) return std::nullopt;
  const Launcher* said = nullptr;
  for (const Launcher& launcher : kLaunchers) {
    const std::int64_t size = number_in(launcher.size);
    if (size == 1 && !is_slurm(launcher)) return std::nullopt;  // started alone, whatever stands around it
    if (size > 1 || (size < 0 && number_in(launcher.rank) > 0)) {
      said = &launcher;
      if (size > 1) break;
    }
  }
  if (said == nullptr) return std::nullopt;
  const std::int64_t size = number_in(said->size);
  const char* variable = size > 1 ? said->size : said->rank;
  return fmt::format(
      "this process is one of {} that were started together ({}={}), but their launcher is not one that this "
      "MPI ({}) "
      "knows, so that each would be a job of its own: start them with the mpirun of this MPI, or with srun "
      "--mpi=pmix; "
      "to run alone, unset {}",
      size > 1 ? std::to_string(size) : "several", variable, std::getenv(variable), mpi_name(), variable);
}

bool is_first_process() noexcept {
  for (const Launcher& launcher : kLaunchers) {
    if (const std::int64_t rank = number_in(launcher.rank); rank >= 0) return rank == 0;
  }
  return true;
}

void end_mpirun_after(int seconds) noexcept {
  const pid_t parent = getppid();
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", parent)), name);
  if (name != "mpirun" && name != "orterun" && name != "mpiexec") return;
  // A handle of this very process: its number may have gone to another one by then.
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, parent, 0));
  if (handle < 0) return;
  const pid_t child = fork();
  if (child > 0) {
    waitpid(child, nullptr, 0);
    close(handle);
    return;
  }
  if (child < 0 || fork() != 0) _exit(0);  // the grandchild is nobody's, so that mpirun does not wait for it
  setsid();
  // Of all files but the handle: locks of the job would otherwise be held as long as this process lives.
  close_range(0, static_cast<unsigned>(handle) - 1, 0);
  close_range(static_cast<unsigned>(handle) + 1, ~0U, 0);
  sleep(static_cast<unsigned>(seconds));
  for (int i = 0; i < 2;
       ++i) {  // the first asks it to end the job, the second within five seconds to end at once
    syscall(SYS_pidfd_send_signal, handle, SIGTERM, nullptr, 0);
    sleep(1);
  }
  _exit(0);
}

}  // namespace jetrain
