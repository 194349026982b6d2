#pragma once

namespace jetrain::kernels {

/// Measures the largest rate of float32 multiply-adds that this build reaches on one core, in GFLOP/s (two operations
/// a multiply-add), by a loop of independent chains in registers; takes about a tenth of a second.
double measure_fma_peak_gflops();

}  // namespace jetrain::kernels
