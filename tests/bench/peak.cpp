#include "peak.hpp"

#include <omp.h>

#include "kernels/fma_peak.hpp"

namespace jetrain::bench {

double core_peak_flops() {
  static const double peak = kernels::measure_fma_peak_gflops(1) * 1e9;
  return peak;
}

double team_peak_flops() {
  static const double peak = kernels::measure_fma_peak_gflops(omp_get_max_threads()) * 1e9;
  return peak;
}

}  // namespace jetrain::bench
