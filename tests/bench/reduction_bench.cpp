// Gradient sums over leaves, threads and ranks: what exact sums cost beyond float32 sums. Collective: all
// ranks run equally many iterations.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "batches/batch_plan.hpp"
#include "comm/communicator.hpp"
#include "comm/rank_sum.hpp"
#include "core/aligned_buffer.hpp"
#include "core/stopwatch.hpp"
#include "generated_jets.hpp"
#include "kernels/exact_sum.hpp"
#include "notebook_model.hpp"
#include "report.hpp"
#include "train/gradient_step.hpp"

namespace jetrain::bench {
namespace {

constexpr std::size_t kParameters = 216'546;

void sum_over_ranks(const Communicator& comm, std::span<std::int64_t> values) {
  comm.sum(values);
}
void sum_over_ranks(const Communicator& comm, std::span<float> values) {
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_FLOAT, MPI_SUM,
                comm.handle());
}

template <class Sum>
void allreduce(benchmark::State& state) {
  const Communicator world = Communicator::world();
  AlignedBuffer<Sum> values(kParameters);
  for (auto _ : state) sum_over_ranks(world, values.span());
  if (world.size() == 1) state.SetLabel("one rank: nothing to add; use mpirun");
  report_rate(state, "elements/s", kParameters);
  report_rate(state, "GB/s", 1e-9 * kParameters * sizeof(Sum));
}
BENCHMARK_TEMPLATE(allreduce, std::int64_t)->UseRealTime()->Iterations(200);
BENCHMARK_TEMPLATE(allreduce, float)->UseRealTime()->Iterations(200);

void rank_sum(benchmark::State& state, RankSum::Method method) {
  const Communicator world = Communicator::world();
  RankSum sum(kParameters, method, world);
  for (auto _ : state) sum.add();
  if (sum.method() != method) state.SetLabel("no shared memory: flat");
  report_rate(state, "elements/s", kParameters);
}
BENCHMARK_CAPTURE(rank_sum, flat, RankSum::Method::flat)->UseRealTime()->Iterations(200);
BENCHMARK_CAPTURE(rank_sum, hierarchical, RankSum::Method::hierarchical)->UseRealTime()->Iterations(200);

void accumulate(std::span<const float> values, std::span<std::int64_t> sums) {
  benchmark::DoNotOptimize(kernels::exact_accumulate(values, kernels::exact_sum_limit(16), sums));
}
void accumulate(std::span<const float> values, std::span<float> sums) {
#pragma omp simd
  for (std::size_t i = 0; i < values.size(); ++i) sums[i] += values[i];
}

/// Everything in a step that depends on the type of the sums, done as GradientStep and Optimizer do it.
template <class Sum>
class Sums {
 public:
  explicit Sums(int threads)
      : threads_(threads),
        of_threads_(static_cast<std::size_t>(threads)),
        total_(kParameters),
        gradient_(kParameters) {
    for (auto& sums : of_threads_) sums = AlignedBuffer<Sum>(kParameters);
    std::fill(products_.begin(), products_.end(), 1e-3F);
  }

  /// From zero, one addend per leaf. The kernels have the addends in registers, so here they come from the
  /// nearest cache, not from an array as long as the sums.
  void add_leaves(std::int64_t leaves) {
#pragma omp parallel num_threads(threads_)
    {
#pragma omp for schedule(static, 1)
      for (auto& sums : of_threads_) std::memset(sums.data(), 0, kParameters * sizeof(Sum));
#pragma omp for schedule(dynamic, 1)
      for (std::int64_t leaf = 0; leaf < leaves; ++leaf) {
        const auto sums = of_threads_[static_cast<std::size_t>(omp_get_thread_num())].span();
        for (std::size_t begin = 0; begin < kParameters; begin += kBlock) {
          const std::size_t count = std::min(kBlock, kParameters - begin);
          accumulate({products_.data(), count}, sums.subspan(begin, count));
        }
      }
    }
  }

  void add_threads() {
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::size_t i = 0; i < kParameters; ++i) {
      Sum sum = 0;
      for (const auto& sums : of_threads_) sum += sums[i];
      total_[i] = sum;
    }
  }

  void add_ranks(const Communicator& comm) {
    if (comm.size() > 1) sum_over_ranks(comm, total_.span());
  }

  /// The mean gradient that the optimizer reads.
  void scale() {
    using Factor = std::conditional_t<std::is_same_v<Sum, float>, float, double>;
    const auto factor = static_cast<Factor>(kernels::kExactUnit / 256);
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::size_t i = 0; i < kParameters; ++i) {
      gradient_[i] = static_cast<float>(static_cast<Factor>(total_[i]) * factor);
    }
  }

 private:
  static constexpr std::size_t kBlock = 1024;
  int threads_;
  std::vector<AlignedBuffer<Sum>> of_threads_;
  AlignedBuffer<Sum> total_;
  AlignedBuffer<float> gradient_;
  alignas(64) std::array<float, kBlock> products_;
};

/// Other programs on the machine only ever lengthen a time.
double best_ms(const std::vector<double>& seconds) {
  return 1e3 * *std::min_element(seconds.begin(), seconds.end());
}

/// Seconds of each part, iteration by iteration.
struct Times {
  std::vector<double> leaves, threads, ranks, scale;

  template <class Sum>
  void measure(Sums<Sum>& sums, std::int64_t leaf_count, const Communicator& comm) {
    const auto timed = [](std::vector<double>& times, const auto& work) {
      const Stopwatch watch;
      work();
      times.push_back(watch.seconds());
    };
    timed(leaves, [&] { sums.add_leaves(leaf_count); });
    timed(threads, [&] { sums.add_threads(); });
    comm.barrier();
    timed(ranks, [&] { sums.add_ranks(comm); });
    timed(scale, [&] { sums.scale(); });
  }

  double report(benchmark::State& state, const std::string& type) const {
    const double parts[] = {best_ms(leaves), best_ms(threads), best_ms(ranks), best_ms(scale)};
    const char* const names[] = {"_leaves_ms", "_threads_ms", "_ranks_ms", "_scale_ms"};
    double total = 0;
    for (std::size_t i = 0; i < std::size(parts); ++i) {
      state.counters[type + names[i]] = parts[i];
      total += parts[i];
    }
    return total;
  }
};

/// `extra_share` is what exact sums add to the time of a step with float32 sums, at global batch 256, from
/// the best time of each part.
void exact_against_float(benchmark::State& state) {
  const Communicator world = Communicator::world();
  const int threads = omp_get_max_threads();
  const Model model = notebook_model();
  GradientStep step(model, threads, false, world);
  const BatchPlan plan{.samples = 256, .batch_size = 256, .ranks = world.size()};
  const Positions part = plan.part(0, world.rank());
  std::vector<SampleView> mine;
  for (std::int64_t p = part.first; p < part.last; ++p) mine.push_back(generated_images()[p]);
  const std::int64_t leaves = ceil_divide(part.size(), kLanes);

  Sums<std::int64_t> exact(threads);
  Sums<float> plain(threads);
  std::vector<double> step_seconds;
  Times exact_times;
  Times plain_times;
  for (auto _ : state) {
    world.barrier();
    const Stopwatch watch;
    step.run({mine, {}, 0}, plan.leaves(0));
    step_seconds.push_back(watch.seconds());
    exact_times.measure(exact, leaves, world);
    plain_times.measure(plain, leaves, world);
  }
  const double step_ms = best_ms(step_seconds);
  const double extra_ms = exact_times.report(state, "exact") - plain_times.report(state, "float");
  state.counters["step_ms"] = step_ms;
  state.counters["extra_ms"] = extra_ms;
  state.counters["extra_share"] = extra_ms / (step_ms - extra_ms);
}
BENCHMARK(exact_against_float)->UseRealTime()->Iterations(60)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace jetrain::bench
