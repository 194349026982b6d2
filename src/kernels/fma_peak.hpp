#pragma once

namespace jetrain::kernels {

/// Measures the largest rate of float32 multiply-adds that this build reaches, in GFLOP/s (two operations a
/// multiply-add), on `threads` threads of this process at the same time: loops of independent chains in
/// registers, a third of a second long.
double measure_fma_peak_gflops(int threads);

}  // namespace jetrain::kernels
