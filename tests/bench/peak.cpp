#include "peak.hpp"

#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>

#include "jetrain/core/stopwatch.hpp"

namespace jetrain::bench {
namespace {

#if defined(__AVX512F__)
constexpr int kPeakLanes = 16;
#elif defined(__AVX__)
constexpr int kPeakLanes = 8;
#else
constexpr int kPeakLanes = 4;
#endif

constexpr int kChains = 12;
constexpr std::int64_t kRounds = 100'000;

/// Multiply-adds that wait for nothing but the arithmetic units: `kChains` of them, independent.
void multiply_and_add() {
  using Vector = float __attribute__((vector_size(4 * kPeakLanes)));
  Vector chains[kChains]{};
  Vector factor = Vector{} + 0.5F;
  Vector addend = Vector{} + 1.0F;
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(addend);
  for (std::int64_t i = 0; i < kRounds; ++i) {
    for (Vector& chain : chains) chain = chain * factor + addend;
  }
  for (Vector& chain : chains) benchmark::DoNotOptimize(chain);
}

}  // namespace

// Other programs on the machine only ever lengthen a slice, and slices are far shorter than the scheduler's,
// so each thread's best slice is an undisturbed one, taken while the other threads were at work, too.
double measure_peak_flops(int threads) {
  double sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
  {
    const Stopwatch all;
    double best_seconds = 1e9;
    while (all.seconds() < 0.3) {
      const Stopwatch slice;
      multiply_and_add();
      best_seconds = std::min(best_seconds, slice.seconds());
    }
    sum += 2.0 * kChains * kPeakLanes * kRounds / best_seconds;
  }
  return sum;
}

double core_peak_flops() {
  static const double peak = measure_peak_flops(1);
  return peak;
}

double team_peak_flops() {
  static const double peak = measure_peak_flops(omp_get_max_threads());
  return peak;
}

}  // namespace jetrain::bench
