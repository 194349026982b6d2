#pragma once

namespace jetrain {

/// Owns MPI_Init_thread and MPI_Finalize. One object lives in `main`. Only the main thread calls MPI
/// (MPI_THREAD_FUNNELED); the constructor verifies that the library grants it.
class Environment {
 public:
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Ends all ranks at once; for an error that other ranks may not know of.
  [[noreturn]] static void abort(int exit_status) noexcept;
};

}  // namespace jetrain
