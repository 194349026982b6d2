#include "jetrain/train/gradient_step.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>

#include "jetrain/core/checked_cast.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/kernels/exact_sum.hpp"
#include "jetrain/train/scoring.hpp"

namespace jetrain {

struct GradientStep::Worker {
  Worker(const Model& model, std::size_t sum_count, bool profile)
      : workspace(model, true), sums(sum_count), times(model.layers().size()) {
    if (profile) workspace.time_into(&times);
  }
  LeafWorkspace workspace;
  AlignedBuffer<std::int64_t> sums;
  LeafTimes times;
  double densify_seconds = 0;
  double idle_seconds = 0;    ///< at the end of a step, for this rank's other threads
  double reduce_seconds = 0;  ///< clearing the sums and adding the threads'
};

GradientStep::GradientStep(const Model& model, int threads, bool profile, const Communicator& comm)
    : model_(model),
      comm_(comm),
      threads_(threads),
      profile_(profile),
      workers_(static_cast<std::size_t>(threads)),
      total_(bad_at(model.layers().size())) {
#pragma omp parallel for num_threads(threads_) schedule(static, 1)
  for (std::size_t t = 0; t < workers_.size(); ++t) {  // each thread touches its own memory first
    workers_[t] = std::make_unique<Worker>(model_, total_.size(), profile_);
  }
}

GradientStep::~GradientStep() = default;

void GradientStep::run(std::span<const SparseImage> mine, std::int64_t batch_leaves, bool stop) {
  const Stopwatch watch;
  const float limit = kernels::exact_sum_limit(batch_leaves);
  const std::int64_t leaves = ceil_divide(std::ssize(mine), kLanes);
  const std::size_t team = workers_.size();
#pragma omp parallel num_threads(threads_)
  {
    Worker& worker = *workers_[static_cast<std::size_t>(omp_get_thread_num())];
    LapTimer timer(profile_);
    std::memset(worker.sums.data(), 0, total_.size() * sizeof(std::int64_t));
    timer.lap(worker.reduce_seconds);
    double leaf_seconds = 0;
#pragma omp for schedule(dynamic, 1) nowait
    for (std::int64_t leaf = 0; leaf < leaves; ++leaf) {
      const auto first = static_cast<std::size_t>(leaf * kLanes);
      const std::size_t count = std::min(mine.size() - first, static_cast<std::size_t>(kLanes));
      compute_leaf(worker, mine.subspan(first, count), limit);
    }
    timer.lap(leaf_seconds);
#pragma omp barrier
    timer.lap(worker.idle_seconds);
#pragma omp for schedule(static)
    for (std::size_t i = 0; i < total_.size(); ++i) {
      std::int64_t sum = 0;
      for (std::size_t t = 0; t < team; ++t) sum += workers_[t]->sums[i];
      total_[i] = sum;
    }
    timer.lap(worker.reduce_seconds);
  }
  total_[stop_at()] = stop ? 1 : 0;
  leaves_ += leaves;
  compute_seconds_ += watch.seconds();
  LapTimer timer(true);
  if (profile_) comm_.barrier();
  timer.lap(wait_seconds_);
  if (comm_.size() > 1) comm_.sum(total_.span());
  timer.lap(allreduce_seconds_);
}

void GradientStep::compute_leaf(Worker& worker, std::span<const SparseImage> leaf, float limit) const {
  LapTimer timer(profile_);
  densify(leaf, worker.workspace.input());
  timer.lap(worker.densify_seconds);
  std::uint8_t labels[kLanes];
  for (std::size_t i = 0; i < leaf.size(); ++i) labels[i] = leaf[i].label;
  std::int64_t* sums = worker.sums.data();
  LeafResult result = model_.forward_backward(worker.workspace, {labels, leaf.size()}, limit, sums);
  const bool good = kernels::exact_accumulate(result.loss, limit, sums[loss_at()]);
  if (!good && result.bad_layer < 0) result.bad_layer = static_cast<int>(model_.layers().size()) - 1;
  sums[loss_at() + 1] += result.correct;
  if (result.bad_layer >= 0) ++sums[bad_at(static_cast<std::size_t>(result.bad_layer))];
}

std::vector<Phase> GradientStep::phases() const {
  const auto mean = [&](const auto& seconds_of) {
    double sum = 0;
    for (const auto& worker : workers_) sum += seconds_of(*worker);
    return sum / static_cast<double>(workers_.size());
  };
  const auto jets = static_cast<double>(leaves_ * kLanes);  // lanes of a short leaf are computed, too
  std::vector<Phase> phases;
  phases.push_back({"densify", mean([](const Worker& w) { return w.densify_seconds; }), 0});
  const auto& layers = model_.layers();
  const auto layer_phase = [&](std::size_t i, const char* what, auto direction) {
    const double seconds = mean([&](const Worker& w) { return (w.times.*direction)[i]; });
    const double flops = 2.0 * static_cast<double>(layers[i]->multiply_adds()) * jets;
    phases.push_back({model_.layer_names()[i] + what, seconds, flops});
  };
  for (std::size_t i = 0; i < layers.size(); ++i) layer_phase(i, " forward", &LeafTimes::forward);
  phases.push_back({"loss", mean([](const Worker& w) { return w.times.loss; }), 0});
  for (std::size_t i = layers.size(); i-- > 0;) {
    if (!layers[i]->parameters().empty())
      layer_phase(i, " backward, parameters", &LeafTimes::backward_parameters);
    if (i > 0) layer_phase(i, " backward, input", &LeafTimes::backward_input);
  }
  phases.push_back({"wait for threads", mean([](const Worker& w) { return w.idle_seconds; }), 0});
  phases.push_back({"reduce over threads", mean([](const Worker& w) { return w.reduce_seconds; }), 0});
  phases.push_back({"wait for ranks", wait_seconds_, 0});
  phases.push_back({"allreduce", allreduce_seconds_, 0});
  return phases;
}

int GradientStep::bad_layer() const noexcept {
  for (std::size_t layer = model_.layers().size(); layer-- > 0;) {
    if (total_[bad_at(layer)] != 0) return static_cast<int>(layer);
  }
  return -1;
}

}  // namespace jetrain
