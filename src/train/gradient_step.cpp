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
  Worker(const Model& model, std::size_t sum_count) : workspace(model, true), sums(sum_count) {}
  LeafWorkspace workspace;
  AlignedBuffer<std::int64_t> sums;
};

GradientStep::GradientStep(const Model& model, int threads, const Communicator& comm)
    : model_(model),
      comm_(comm),
      threads_(threads),
      workers_(static_cast<std::size_t>(threads)),
      total_(bad_at(model.layers().size())) {
#pragma omp parallel for num_threads(threads_) schedule(static, 1)
  for (std::size_t t = 0; t < workers_.size(); ++t) {  // each thread touches its own memory first
    workers_[t] = std::make_unique<Worker>(model_, total_.size());
  }
}

GradientStep::~GradientStep() = default;

void GradientStep::run(std::span<const SparseImage> mine, std::int64_t batch_leaves) {
  const Stopwatch watch;
  const float limit = kernels::exact_sum_limit(batch_leaves);
  const std::int64_t leaves = ceil_divide(std::ssize(mine), kLanes);
  const std::size_t team = workers_.size();
#pragma omp parallel num_threads(threads_)
  {
#pragma omp for schedule(static, 1)
    for (std::size_t t = 0; t < team; ++t) {
      std::memset(workers_[t]->sums.data(), 0, total_.size() * sizeof(std::int64_t));
    }
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t leaf = 0; leaf < leaves; ++leaf) {
      const auto first = static_cast<std::size_t>(leaf * kLanes);
      const std::size_t count = std::min(mine.size() - first, static_cast<std::size_t>(kLanes));
      Worker& worker = *workers_[static_cast<std::size_t>(omp_get_thread_num())];
      compute_leaf(worker, mine.subspan(first, count), limit);
    }
#pragma omp for schedule(static)
    for (std::size_t i = 0; i < total_.size(); ++i) {
      std::int64_t sum = 0;
      for (std::size_t t = 0; t < team; ++t) sum += workers_[t]->sums[i];
      total_[i] = sum;
    }
  }
  compute_seconds_ += watch.seconds();
  const Stopwatch reduce_watch;
  if (comm_.size() > 1) comm_.sum(total_.span());
  allreduce_seconds_ += reduce_watch.seconds();
}

void GradientStep::compute_leaf(Worker& worker, std::span<const SparseImage> leaf, float limit) const {
  densify(leaf, worker.workspace.input());
  std::uint8_t labels[kLanes];
  for (std::size_t i = 0; i < leaf.size(); ++i) labels[i] = leaf[i].label;
  std::int64_t* sums = worker.sums.data();
  LeafResult result = model_.forward_backward(worker.workspace, {labels, leaf.size()}, limit, sums);
  const bool good = kernels::exact_accumulate(result.loss, limit, sums[loss_at()]);
  if (!good && result.bad_layer < 0) result.bad_layer = static_cast<int>(model_.layers().size()) - 1;
  sums[loss_at() + 1] += result.correct;
  if (result.bad_layer >= 0) ++sums[bad_at(static_cast<std::size_t>(result.bad_layer))];
}

int GradientStep::bad_layer() const noexcept {
  for (std::size_t layer = model_.layers().size(); layer-- > 0;) {
    if (total_[bad_at(layer)] != 0) return static_cast<int>(layer);
  }
  return -1;
}

}  // namespace jetrain
