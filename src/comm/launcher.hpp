#pragma once

#include <optional>
#include <string>

namespace jetrain {

/// Whether a launcher says that it started this process, perhaps among others, or SLURM that its step has
/// several: MPI must be asked. Where none does (a shell, also that of `srun --pty`), the process is alone.
bool is_launched() noexcept;

/// What to tell if MPI, once started, knows of this process alone, but its launcher says that it started
/// several: how many, and how they are to be started. None where it does not say so. To be asked before MPI
/// is started, which adds to the environment.
std::optional<std::string> several_started();

/// Whether this is the first process of its job, as far as its launcher (mpirun, srun) tells in the
/// environment; for what is said before MPI has started.
bool is_first_process() noexcept;

/// Where mpirun is this process's parent, ends it if it is still there so many seconds from now, also after
/// this process is gone. mpirun otherwise waits for a host that it cannot reach until TCP gives up, a quarter
/// of an hour.
void end_mpirun_after(int seconds) noexcept;

}  // namespace jetrain
