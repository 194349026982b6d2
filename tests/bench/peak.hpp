#pragma once

/// \file
/// What this machine's multiply-add units can do at most: measured once in the same process.

namespace jetrain::bench {

/// FLOP/s of one core.
double core_peak_flops();
/// FLOP/s of all OpenMP threads of this process together; alone on a machine, of all its cores.
double team_peak_flops();

}  // namespace jetrain::bench
