#include "train/gradient_step.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/checked_cast.hpp"
#include "core/out_of_memory.hpp"
#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "core/thread_errors.hpp"
#include "core/wrapping_sum.hpp"
#include "kernels/exact_sum.hpp"

namespace jetrain {

struct GradientStep::Worker {
  /// `adds_to`: where it adds up gradients; empty: in memory of its own.
  Worker(const Model& model, std::size_t sum_count, std::span<std::int64_t> adds_to, bool profile)
      : workspace(model, true),
        own_sums(adds_to.empty() ? sum_count : 0),
        sums(adds_to.empty() ? own_sums.span() : adds_to),
        times(model.nodes().size()),
        multiply_adds(model.nodes().size()),
        joint_multiply_adds(model.nodes().size()) {
    if (profile) workspace.time_into(&times);
  }
  LeafWorkspace workspace;
  AlignedBuffer<std::int64_t> own_sums;
  std::span<std::int64_t> sums;
  LeafTimes times;
  std::vector<std::int64_t> multiply_adds;        ///< forward, of each layer, with `profile`
  std::vector<std::int64_t> joint_multiply_adds;  ///< backward, where the way back is one
  std::vector<std::pair<int, float>> bad_values;  ///< of the step: layers, and magnitudes out of bounds
  double densify_seconds = 0;
  double idle_seconds = 0;                 ///< at the end of a step, for this rank's other threads
  double reduce_seconds = 0;               ///< clearing the sums and adding the threads'
  std::array<SampleDraft, kLanes> images;  ///< of a leaf's augmented samples

  std::vector<float> probabilities;  ///< (outputs, lanes) of the leaf, as the teacher gives them

  /// What the teacher says of one leaf's samples, valid until the next call: (outputs, lanes).
  const float* taught(std::span<const SampleView> samples, std::int64_t outputs) {
    probabilities.assign(static_cast<std::size_t>(outputs * kLanes), 0.0F);
    for (std::size_t lane = 0; lane < samples.size(); ++lane) {
      const std::span<const float> of_classes = samples[lane].teacher;
      const auto put = [&](std::size_t o, float value) { probabilities[o * kLanes + lane] = value; };
      if (of_classes.size() == 1 && outputs == 2) {
        put(0, 1.0F - of_classes[0]);
        put(1, of_classes[0]);
        continue;
      }
      for (std::size_t o = 0; o < of_classes.size(); ++o) put(o, of_classes[o]);
    }
    return probabilities.data();
  }

  /// Samples of one leaf's clouds, valid until the next call.
  std::array<SampleView, kLanes> augmented(std::span<const SampleView> clouds,
                                           std::span<const std::uint32_t> numbers, std::uint32_t epoch,
                                           const Augmenter& augmenter) {
    std::array<SampleView, kLanes> samples;
    for (std::size_t i = 0; i < clouds.size(); ++i)
      samples[i] = augmenter.augment(clouds[i], epoch, numbers[i], images[i]);
    return samples;
  }
};

GradientStep::GradientStep(const Model& model, int threads, bool profile, const Communicator& comm,
                           std::uint64_t seed, const Augmenter* augmenter, RankSum::Method allreduce,
                           const SetWeights& weights, const TeacherConfig& teacher)
    : model_(model),
      inputs_(model.input()),
      comm_(comm),
      threads_(threads),
      profile_(profile),
      seed_(seed),
      augmenter_(augmenter),
      weighted_(!weights.all_one),
      weight_scale_(weights.scale()),
      weight_unit_(weights.unit()),
      teacher_(teacher),
      workers_(static_cast<std::size_t>(threads)),
      sums_(bad_at(model.nodes().size()), allreduce, comm) {
  ThreadErrors errors;
#pragma omp parallel for num_threads(threads_) schedule(static, 1)
  for (std::size_t t = 0; t < workers_.size(); ++t) {  // each thread touches its own memory first
    errors.run([&] {
      workers_[t] = std::make_unique<Worker>(model_, sums_.size(),
                                             t == 0 ? sums_.mine() : std::span<std::int64_t>(), profile_);
    });
  }
  memory_for("the threads' activations and gradients (fewer threads need less)", [&] { errors.rethrow(); });
}

GradientStep::~GradientStep() = default;

void GradientStep::run(const BatchPart& mine, std::int64_t batch_leaves, std::uint32_t epoch, bool stop) {
  const Stopwatch watch;
  const float limit = kernels::exact_sum_limit(batch_leaves);
  const std::int64_t leaves = ceil_divide(std::ssize(mine.samples), kLanes);
  const std::size_t team = workers_.size();
  const std::span<std::int64_t> rank_sums = sums_.mine();
  model_.prepare();
  ThreadErrors errors;
#pragma omp parallel num_threads(threads_)
  {
    Worker& worker = *workers_[static_cast<std::size_t>(omp_get_thread_num())];
    LapTimer timer(profile_);
    std::memset(worker.sums.data(), 0, rank_sums.size() * sizeof(std::int64_t));
    timer.lap(worker.reduce_seconds);
    worker.bad_values.clear();
    double leaf_seconds = 0;
#pragma omp for schedule(dynamic, 1) nowait
    for (std::int64_t leaf = 0; leaf < leaves; ++leaf) {
      errors.run([&] { compute_leaf(worker, mine, leaf, epoch, limit); });
    }
    timer.lap(leaf_seconds);
#pragma omp barrier
    timer.lap(worker.idle_seconds);
    if (team > 1) {  // the first thread's sums are the rank's
#pragma omp for schedule(static)
      for (std::size_t i = 0; i < rank_sums.size(); ++i) {
        std::int64_t sum = rank_sums[i];
        for (std::size_t t = 1; t < team; ++t) sum = wrapping_sum(sum, workers_[t]->sums[i]);
        rank_sums[i] = sum;
      }
    }
    timer.lap(worker.reduce_seconds);
  }
  errors.rethrow();
  rank_sums[stop_at()] = stop ? 1 : 0;
  rounds_ += ceil_divide(leaves, threads_);
  compute_seconds_ += watch.seconds();
  LapTimer timer(true);
  if (profile_) comm_.barrier();
  timer.lap(wait_seconds_);
  sums_.add();
  timer.lap(allreduce_seconds_);
}

void GradientStep::compute_leaf(Worker& worker, const BatchPart& mine, std::int64_t leaf, std::uint32_t epoch,
                                float limit) const {
  progress::tick();  // a large batch of a slow network takes longer than train.stall_seconds
  const auto first = static_cast<std::size_t>(leaf * kLanes);
  const std::size_t count = std::min(mine.samples.size() - first, static_cast<std::size_t>(kLanes));
  const std::span<const SampleView> samples = mine.samples.subspan(first, count);
  LapTimer timer(profile_);
  if (augmenter_ != nullptr && augmenter_->used()) {
    const auto images = worker.augmented(samples, mine.numbers.subspan(first, count), epoch, *augmenter_);
    inputs_.fill(std::span(images).first(count), worker.workspace);
  } else {
    inputs_.fill(samples, worker.workspace);
  }
  timer.lap(worker.densify_seconds);
  std::uint8_t labels[kLanes];
  float weights[kLanes];
  LeafTargets targets = leaf_targets(model_, samples, labels, worker.workspace);
  if (weighted_) {
    for (std::size_t i = 0; i < count; ++i) weights[i] = samples[i].weight;
    targets.weights = {weights, count};
  }
  if (teacher_.used())
    targets.teacher = {worker.taught(samples, model_.outputs()), teacher_.temperature, teacher_.weight};
  std::int64_t* sums = worker.sums.data();
  LeafContext context;
  context.seed = seed_;
  context.epoch = epoch;
  context.first_position = mine.first_position + leaf * kLanes;
  if (profile_) count_work(worker);
  LeafResult result = model_.forward_backward(worker.workspace, targets, context, limit, sums, weight_scale_);
  const double loss = result.loss * static_cast<double>(scale());
  const bool good = kernels::exact_accumulate(loss, limit, sums[loss_at()]);
  if (!good && result.bad_layer < 0) {
    result.bad_layer = static_cast<int>(model_.nodes().size()) - 1;
    result.bad_value = kernels::refused_magnitude() / scale();
  }
  sums[loss_at() + 1] += std::llround(result.correct / weight_unit_);
  sums[loss_at() + 2] += std::llround(result.weight / weight_unit_);
  if (result.bad_layer < 0) return;
  ++sums[bad_at(static_cast<std::size_t>(result.bad_layer))];
  worker.bad_values.emplace_back(result.bad_layer, result.bad_value);
}

/// Of the leaf that its workspace holds.
void GradientStep::count_work(Worker& worker) const {
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {  // lanes of a short leaf are computed, too
    const std::int64_t constituents = worker.workspace.sets().count(lane);
    for (std::size_t i = 0; i < worker.multiply_adds.size(); ++i) {
      const Node& node = model_.nodes()[i];
      const std::int64_t forward = node.layer->multiply_adds(constituents);
      worker.multiply_adds[i] += forward;
      worker.joint_multiply_adds[i] += multiply_adds_backward(node, constituents);
    }
  }
}

std::vector<Phase> GradientStep::phases() const {
  const auto mean = [&](const auto& seconds_of) {
    double sum = 0;
    for (const auto& worker : workers_) sum += seconds_of(*worker);
    return sum / static_cast<double>(workers_.size());
  };
  std::vector<Phase> phases;
  phases.push_back({"densify", mean([](const Worker& w) { return w.densify_seconds; }), 0});
  const std::vector<Node>& nodes = model_.nodes();
  const auto layer_phase = [&](std::size_t i, const char* what, auto direction,
                               std::vector<std::int64_t> Worker::*work = &Worker::multiply_adds) {
    const double seconds = mean([&](const Worker& w) { return (w.times.*direction)[i]; });
    std::int64_t multiply_adds = 0;
    for (const auto& worker : workers_) multiply_adds += ((*worker).*work)[i];
    phases.push_back({nodes[i].name + what, seconds, 2.0 * static_cast<double>(multiply_adds)});
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) layer_phase(i, " forward", &LeafTimes::forward);
  phases.push_back({"loss", mean([](const Worker& w) { return w.times.loss; }), 0});
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (!nodes[i].goes_back) continue;
    if (nodes[i].layer->backward_is_one()) {
      layer_phase(i, " backward", &LeafTimes::backward_parameters, &Worker::joint_multiply_adds);
      continue;
    }
    if (!nodes[i].layer->parameters().empty() && !nodes[i].frozen)
      layer_phase(i, " backward, parameters", &LeafTimes::backward_parameters);
    if (nodes[i].wants_gradients()) layer_phase(i, " backward, input", &LeafTimes::backward_input);
  }
  phases.push_back({"wait for threads", mean([](const Worker& w) { return w.idle_seconds; }), 0});
  phases.push_back({"reduce over threads", mean([](const Worker& w) { return w.reduce_seconds; }), 0});
  phases.push_back({"wait for ranks", wait_seconds_, 0});
  phases.push_back({"allreduce", allreduce_seconds_, 0});
  return phases;
}

double GradientStep::loss() const noexcept {
  return kernels::exact_value(sums_.total()[loss_at()]) / static_cast<double>(scale());
}

int GradientStep::bad_layer() const noexcept {
  for (std::size_t layer = model_.nodes().size(); layer-- > 0;) {
    if (sums_.total()[bad_at(layer)] != 0) return static_cast<int>(layer);
  }
  return -1;
}

double GradientStep::bad_value() const {
  double largest = 0;
  for (const auto& worker : workers_) {
    for (const auto& [layer, value] : worker->bad_values) {
      if (layer != bad_layer()) continue;
      largest = std::isfinite(value) ? std::max(largest, static_cast<double>(value))
                                     : std::numeric_limits<double>::infinity();
    }
  }
  return comm_.max(largest);
}

}  // namespace jetrain
