#include "kernels/fma_peak.hpp"

#include <algorithm>
#include <cstdint>

#include "core/stopwatch.hpp"

namespace jetrain::kernels {
namespace {

// The machine's own vector width: wider vectors would be split in two and spill.
#if defined(__AVX512F__)
constexpr std::int64_t kWidth = 16;
#elif defined(__AVX__)
constexpr std::int64_t kWidth = 8;
#else
constexpr std::int64_t kWidth = 4;
#endif
constexpr std::int64_t kChains = 12;  // enough to hide the units' latency, few enough for the registers
constexpr std::int64_t kRounds = 100'000;

/// Seconds of one slice of multiply-adds that wait for nothing but the arithmetic units.
double slice_seconds() {
  using Vector = float __attribute__((vector_size(4 * kWidth)));
  volatile float opaque[2] = {0.5F, 1.0F};  // what the compiler cannot know, it cannot compute in advance
  Vector chains[kChains];
  for (Vector& chain : chains) chain = Vector{} + opaque[0];  // read anew: the chains are not one
  const Vector factor = Vector{} + opaque[0];
  const Vector addend = Vector{} + opaque[1];
  const Stopwatch watch;
  for (std::int64_t round = 0; round < kRounds; ++round) {
    for (Vector& chain : chains) chain = chain * factor + addend;
  }
  const double seconds = watch.seconds();
  Vector sum{};
  for (const Vector& chain : chains) sum += chain;
  volatile float sink = sum[0];
  static_cast<void>(sink);
  return seconds;
}

}  // namespace

// Other programs on the machine only ever lengthen a slice, and slices are far shorter than the scheduler's,
// so each thread's best slice is an undisturbed one, taken while the other threads were at work, too.
double measure_fma_peak_gflops(int threads) {
  double sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
  {
    const Stopwatch all;
    double best_seconds = 1e9;
    while (all.seconds() < 0.3) best_seconds = std::min(best_seconds, slice_seconds());
    sum += 2.0 * static_cast<double>(kRounds * kChains * kWidth) / best_seconds / 1e9;
  }
  return sum;
}

}  // namespace jetrain::kernels
