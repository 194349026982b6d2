#include "comm/environment.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "comm/slurm_step.hpp"
#include "comm/watchdog.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"

namespace jetrain {
namespace {

/// Over TCP, MPI takes a file for each rank that it talks to, and the links to rank 0 another. The usual soft
/// limit of 1,024 files is less than 1,024 ranks need; the hard limit is ours to take.
void allow_many_files() {
  constexpr rlim_t kWanted = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, kWanted);
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Open MPI prepares shared file pointers, which are never used here, for each file that it opens: every rank
/// creates, locks and removes a file of its own beside the data, or shares a semaphore with whoever reads a
/// file of that name on the same node. "individual" does nothing until it is used.
void spare_file_pointers() {
  constexpr int kKeepWhatIsThere = 0;
  setenv("OMPI_MCA_sharedfp", "individual", kKeepWhatIsThere);
}

}  // namespace

Environment::Environment(int& argc, char**& argv) {
  allow_many_files();
  spare_file_pointers();
  hide_deaf_step();
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    throw Error(
        "this MPI library does not allow threads beside MPI (MPI_THREAD_FUNNELED is needed): use an MPI "
        "that was built with thread support");
  }
}

Environment::~Environment() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Finalize();
}

void Environment::end_job(const std::string& message, ExitStatus status, int rank) {
  std::this_thread::sleep_for(std::chrono::milliseconds(200 * std::min(rank, 10)));
  remove_pending_files();
  Watchdog::announce_end(status);
  fmt::print(stderr, "jetrain: {}\n", printable_line(message));
  std::fflush(nullptr);
  int started = 0;
  MPI_Initialized(&started);
  if (started != 0) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(status));
  std::_Exit(static_cast<int>(status));
}

}  // namespace jetrain
