#pragma once

namespace jetrain {

/// Whether this is the first process of its job, as far as its launcher (mpirun, srun) tells in the
/// environment; for what is said before MPI has started.
bool is_first_process() noexcept;

/// Where mpirun is this process's parent, ends it if it is still there so many seconds from now, also after
/// this process is gone. mpirun otherwise waits for a host that it cannot reach until TCP gives up, a quarter
/// of an hour.
void end_mpirun_after(int seconds) noexcept;

}  // namespace jetrain
