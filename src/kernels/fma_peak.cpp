#include "jetrain/kernels/fma_peak.hpp"

#include <algorithm>
#include <cstdint>

#include "jetrain/core/stopwatch.hpp"

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

double one_run(std::int64_t rounds) {
  using Vector = float __attribute__((vector_size(4 * kWidth)));
  constexpr std::int64_t kChains = 12;      // enough to hide the units' latency, few enough for the registers
  volatile float opaque[2] = {0.5F, 1.0F};  // what the compiler cannot know, it cannot compute in advance
  Vector chains[kChains];
  for (Vector& chain : chains) chain = Vector{} + opaque[0];  // read anew: the chains are not one
  const Vector factor = Vector{} + opaque[0];
  const Vector addend = Vector{} + opaque[1];
  const Stopwatch watch;
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (Vector& chain : chains) chain = chain * factor + addend;
  }
  const double seconds = watch.seconds();
  Vector sum{};
  for (const Vector& chain : chains) sum += chain;
  volatile float sink = sum[0];
  static_cast<void>(sink);
  return 2.0 * static_cast<double>(rounds * kChains * kWidth) / seconds / 1e9;
}

}  // namespace

double measure_fma_peak_gflops() {
  double best = 0;  // other programs on the machine only ever lower a run
  for (int run = 0; run < 5; ++run) best = std::max(best, one_run(4'000'000));
  return best;
}

}  // namespace jetrain::kernels
