// The notebook's network: one leaf, the whole training step, and what stands around the kernels in a step.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "comm/communicator.hpp"
#include "core/checked_cast.hpp"
#include "core/stopwatch.hpp"
#include "generated_jets.hpp"
#include "inference/scoring.hpp"
#include "kernels/exact_sum.hpp"
#include "nn/model.hpp"
#include "notebook_model.hpp"
#include "peak.hpp"
#include "report.hpp"
#include "train/gradient_step.hpp"
#include "train/weight_update.hpp"

namespace jetrain::bench {
namespace {

struct Leaf {
  std::vector<SampleView> samples;
  std::vector<std::uint8_t> labels;
};

Leaf first_leaf() {
  Leaf leaf;
  for (std::int64_t i = 0; i < kLanes; ++i) {
    leaf.samples.push_back(generated_images()[i]);
    leaf.labels.push_back(leaf.samples.back().label);
  }
  return leaf;
}

void leaf_forward(benchmark::State& state) {
  const Model model = notebook_model();
  LeafWorkspace workspace(model, false);
  const Leaf leaf = first_leaf();
  LeafInputs(model.input()).fill(leaf.samples, workspace);
  for (auto _ : state) {
    model.forward(workspace, {leaf.labels}, nullptr);
    benchmark::ClobberMemory();
  }
  report_flops(state, 2.0 * static_cast<double>(kLanes * model.multiply_adds_forward()), core_peak_flops());
  report_rate(state, "jets/s", kLanes);
}
BENCHMARK(leaf_forward);

void leaf_forward_backward(benchmark::State& state) {
  const Model model = notebook_model();
  LeafWorkspace workspace(model, true);
  const Leaf leaf = first_leaf();
  LeafInputs(model.input()).fill(leaf.samples, workspace);
  AlignedBuffer<std::int64_t> sums(static_cast<std::size_t>(model.parameter_count()));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        model.forward_backward(workspace, {leaf.labels}, {}, kernels::exact_sum_limit(16), sums.data()));
    benchmark::ClobberMemory();
  }
  report_flops(state, 2.0 * static_cast<double>(kLanes * model.multiply_adds_training()), core_peak_flops());
  report_rate(state, "jets/s", kLanes);
}
BENCHMARK(leaf_forward_backward);

void densification(benchmark::State& state) {
  const Model model = notebook_model();
  LeafWorkspace workspace(model, false);
  const Leaf leaf = first_leaf();
  for (auto _ : state) {
    LeafInputs(model.input()).fill(leaf.samples, workspace);
    benchmark::ClobberMemory();
  }
  report_rate(state, "jets/s", kLanes);
}
BENCHMARK(densification);

/// Learns nothing, so that all steps do the same work: no gradient ever dies out.
TrainConfig standing_still() {
  TrainConfig config;
  config.optimizer = {AdamConfig{.learning_rate = 0}};
  return config;
}

void adam(benchmark::State& state) {
  Model model = notebook_model();
  const TrainConfig config = standing_still();
  WeightUpdate update(config, model, EpochSteps(config, 1000 * config.batch_size));
  const AlignedBuffer<std::int64_t> sums(static_cast<std::size_t>(model.parameter_count()));
  for (auto _ : state) {
    update.apply(sums.data(), 256, model.gradient_scale());
    benchmark::ClobberMemory();
  }
  report_rate(state, "elements/s", static_cast<double>(model.parameter_count()));
}
BENCHMARK(adam)->UseRealTime();

/// This process alone, with all its threads; `batch` is the global batch. The best step stands beside the
/// mean, as the peak is a best, too.
void training_step(benchmark::State& state) {
  const Communicator self = Communicator::self();
  Model model = notebook_model();
  const TrainConfig config = standing_still();
  WeightUpdate update(config, model, EpochSteps(config, 1000 * config.batch_size));
  GradientStep step(model, omp_get_max_threads(), false, self);
  std::vector<SampleView> samples;
  for (std::int64_t i = 0; i < kGeneratedJets; ++i) samples.push_back(generated_images()[i]);
  const std::int64_t batch = state.range(0);
  std::int64_t first = 0;
  double best_seconds = 1e9;
  for (auto _ : state) {
    const Stopwatch watch;
    const auto mine =
        std::span(samples).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(batch));
    step.run({mine, {}, 0}, ceil_divide(batch, kLanes));
    update.apply(step.gradient_sums(), batch, step.scale());
    best_seconds = std::min(best_seconds, watch.seconds());
    first = first + 2 * batch <= kGeneratedJets ? first + batch : 0;
  }
  if (step.bad_layer() >= 0) state.SkipWithError("a gradient was out of bounds");
  const double flops = 2.0 * static_cast<double>(batch * model.multiply_adds_training());
  report_flops(state, flops, team_peak_flops());
  report_rate(state, "jets/s", static_cast<double>(batch));
  state.counters["best_jets/s"] = static_cast<double>(batch) / best_seconds;
  state.counters["best_share_of_peak"] = flops / best_seconds / team_peak_flops();
}
BENCHMARK(training_step)->ArgName("batch")->Arg(50)->Arg(256)->Arg(1024)->UseRealTime();

}  // namespace
}  // namespace jetrain::bench
