#pragma once

#include <string>

#include "jetrain/error.hpp"

namespace jetrain {

/// Owns MPI_Init_thread and MPI_Finalize. One object lives in `main`. Only the main thread calls MPI
/// (MPI_THREAD_FUNNELED); the constructor verifies that the library grants it.
class Environment {
 public:
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Says `message` and ends all ranks at once; for an error that other ranks may not know of. Lower ranks
  /// speak first, so that where several fail in the same way, only one is heard. Files on their way are
  /// removed.
  [[noreturn]] static void end_job(const std::string& message, ExitStatus status, int rank);
};

}  // namespace jetrain
