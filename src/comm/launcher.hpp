#pragma once

#include <optional>
#include <string>

namespace jetrain {

/// Whether a launcher says that it started this process, perhaps among others, or SLURM that its step has
/// several: MPI must be asked. Where none does (a shell, also that of `srun --pty`), the process is alone.
bool is_launched() noexcept;

/// What to tell where MPI knows of this process alone, `ranks` is 1, but its launcher started several: by how
/// many, and how it is to be started. None where all is well.
std::optional<std::string> unknown_launcher(int ranks);

/// Whether this is the first process of its job, as far as its launcher (mpirun, srun) tells in the
/// environment; for what is said before MPI has started.
bool is_first_process() noexcept;

/// Where mpirun is this process's parent, ends it if it is still there so many seconds from now, also after
/// this process is gone. mpirun otherwise waits for a host that it cannot reach until TCP gives up, a quarter
/// of an hour.
void end_mpirun_after(int seconds) noexcept;

}  // namespace jetrain
