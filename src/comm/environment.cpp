#include "jetrain/comm/environment.hpp"

#include <mpi.h>

#include <cstdlib>

#include "jetrain/core/error.hpp"

namespace jetrain {

Environment::Environment(int& argc, char**& argv) {
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

void Environment::abort(int exit_status) noexcept {
  MPI_Abort(MPI_COMM_WORLD, exit_status);
  std::_Exit(exit_status);
}

}  // namespace jetrain
