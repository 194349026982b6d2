#pragma once

/// \file
/// What this machine's multiply-add units can do at most: measured in the same process, not looked up.

namespace jetrain::bench {

/// FLOP/s of one core.
double core_peak_flops();
/// FLOP/s of all OpenMP threads of this process together; alone on a machine, of all its cores.
double team_peak_flops();
/// FLOP/s of `threads` threads together, in a third of a second.
double measure_peak_flops(int threads);

}  // namespace jetrain::bench
