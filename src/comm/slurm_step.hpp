#pragma once

namespace jetrain {

/// For Open MPI, which takes a process in a step of SLURM for one that srun started, asks SLURM's PMI of the
/// others, and ends each process with a page of text where it was built without one; by PMIx, it may be asked
/// once only, not by each program of a shell. Where srun has started nobody else (`srun --pty`), or where
/// this Open MPI cannot ask it, the step is hidden from it, so that each process is alone: whether it was to
/// be, several_started() says. To be called before MPI is started.
void hide_deaf_step();

}  // namespace jetrain
