#include "train/weight_update.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/checked_cast.hpp"
#include "kernels/exact_sum.hpp"
#include "nn/layer_choice.hpp"

namespace jetrain {
namespace {

constexpr std::int64_t kBlock = 4096;

/// Calls work(first, last) for blocks of [0, count), by OpenMP threads.
template <class Work>
void in_blocks(std::int64_t count, Work work) {
#pragma omp parallel for schedule(static)
  for (std::int64_t first = 0; first < count; first += kBlock) work(first, std::min(first + kBlock, count));
}

std::vector<ParameterArray> arrays_of(const RateFactors& factors, const Model& model) {
  const std::vector<std::string> layers = layers_with_weights(model.graph(), true);
  const std::vector<double> factor_of = rate_factors(factors, layers);
  std::vector<ParameterArray> arrays;
  for (const ParameterView& view : model.parameter_views()) {
    if (!view.spec.trainable()) continue;
    const auto layer = std::find(layers.begin(), layers.end(), view.layer) - layers.begin();
    arrays.push_back({.first = view.offset,
                      .last = view.offset + view.spec.size(),
                      .role = view.spec.role,
                      .rate_factor = factor_of[static_cast<std::size_t>(layer)],
                      .frozen = view.frozen,
                      .columns = view.spec.shape.back()});
  }
  return arrays;
}

/// Trained parameters as they follow one another both in the arena and in the sums.
std::vector<SummedRun> summed_runs(const Model& model) {
  std::vector<SummedRun> runs;
  for (const ParameterView& view : model.parameter_views()) {
    if (!view.spec.trainable() || view.frozen) continue;
    if (runs.empty() || runs.back().last != view.offset)
      runs.push_back({view.offset, view.offset, view.sums});
    runs.back().last += view.spec.size();
  }
  return runs;
}

}  // namespace

WeightUpdate::WeightUpdate(const TrainConfig& config, Model& model, const EpochSteps& steps)
    : config_(config),
      model_(model),
      learning_rate_(config, steps),
      optimizer_(make_optimizer(config.optimizer, arrays_of(config.learning_rate_factors, model))),
      lookahead_(config.lookahead,
                 model.parameters().first(static_cast<std::size_t>(model.trainable_count()))),
      average_(config.average, model, steps),
      rate_(learning_rate_.at(0, plateau_)),
      summed_(summed_runs(model)),
      gradients_(static_cast<std::size_t>(model.trainable_count())) {}

void WeightUpdate::set_steps(std::int64_t steps) {
  optimizer_->set_steps(steps);
  rate_ = learning_rate_.at(std::max<std::int64_t>(0, steps - 1), plateau_);
}

std::vector<std::span<float>> WeightUpdate::state() {
  std::vector<std::span<float>> arrays = optimizer_->state();
  if (lookahead_.used()) arrays.push_back(lookahead_.state());
  if (!average_.state().empty()) arrays.push_back(average_.state());
  return arrays;
}

void WeightUpdate::apply(const std::int64_t* sums, std::int64_t batch_samples, float scale) {
  const double unit = kernels::kExactUnit / static_cast<double>(batch_samples);
  rate_ = learning_rate_.at(steps(), plateau_);
  compute_gradients(sums, unit / static_cast<double>(scale));
  clip();
  const std::span<float> weights = model_.parameters().first(gradients_.size());
  optimizer_->step(rate_, weights, gradients_.span());
  lookahead_.after_step(steps(), weights);
  update_statistics(sums, unit);
  average_.after_step(steps());
}

/// g = sum / samples + l1 sign(w) + 2 l2 w.
void WeightUpdate::compute_gradients(const std::int64_t* sums, double unit) {
  float* g = gradients_.data();
  const float* w = model_.parameters().data();
  for (const SummedRun& run : summed_) {  // what is frozen has no sum, and its g stays 0
    const std::int64_t* const sum_of = sums + run.sums;
    in_blocks(run.last - run.first, [=](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i)
        g[run.first + i] = static_cast<float>(static_cast<double>(sum_of[i]) * unit);
    });
  }
  for (const ParameterView& view : model_.parameter_views()) {
    const auto l1 = static_cast<float>(view.spec.regularizer.l1);
    const auto l2 = static_cast<float>(2 * view.spec.regularizer.l2);
    if ((l1 == 0 && l2 == 0) || view.frozen) continue;
    const std::int64_t begin = view.offset;
    in_blocks(view.spec.size(), [=](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = begin + first; i < begin + last; ++i) {
        const float sign = w[i] > 0 ? 1.0F : w[i] < 0 ? -1.0F : 0.0F;
        g[i] += l1 * sign + l2 * w[i];
      }
    });
  }
}

void WeightUpdate::clip() {
  float* g = gradients_.data();
  const std::int64_t count = model_.trainable_count();
  if (config_.clip.value > 0) {
    const auto limit = static_cast<float>(config_.clip.value);
    in_blocks(count, [=](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) g[i] = std::clamp(g[i], -limit, limit);
    });
  }
  if (config_.clip.norm == 0 && !norm_is_watched_) return;
  gradient_norm_ = norm_of_gradients();
  if (config_.clip.norm == 0 || gradient_norm_ <= config_.clip.norm) return;
  const auto factor = static_cast<float>(config_.clip.norm / gradient_norm_);
  in_blocks(count, [=](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) g[i] *= factor;
  });
}

double WeightUpdate::norm_of_gradients() const {
  const float* g = gradients_.data();
  const std::int64_t count = model_.trainable_count();
  const auto square_of = [](float value) { return static_cast<double>(value) * value; };
  std::vector<double> squares(static_cast<std::size_t>(ceil_divide(count, kBlock)));
  in_blocks(count, [&](std::int64_t first, std::int64_t last) {
    // Partial sums that do not wait for one another, the same on every processor.
    std::array<double, 16> sums{};
    std::int64_t i = first;
    for (; i + std::ssize(sums) <= last; i += std::ssize(sums))
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += square_of(g[i + static_cast<std::int64_t>(k)]);
    for (; i < last; ++i) sums[0] += square_of(g[i]);
    squares[static_cast<std::size_t>(first / kBlock)] = std::accumulate(sums.begin(), sums.end(), 0.0);
  });
  double total = 0;
  for (const double square : squares) total += square;  // in their order, whoever computed them
  return std::sqrt(total);
}

/// Batch normalisation's running averages.
void WeightUpdate::update_statistics(const std::int64_t* sums, double scale) {
  float* parameters = model_.parameters().data();
  for (const Node& node : model_.nodes()) {
    if (node.layer->statistics_words() > 0 && !node.frozen)
      node.layer->update_averages(sums + node.statistics, parameters + node.averages, false);
  }
  for (const ParameterView& view : model_.parameter_views()) {
    if (view.spec.trainable() || view.spec.average_momentum == 1 || view.frozen) continue;
    for (std::int64_t i = view.offset; i < view.offset + view.spec.size(); ++i) {
      const double of_batch = static_cast<double>(sums[view.sums + i - view.offset]) * scale;
      const double moved =
          of_batch + view.spec.average_momentum * (static_cast<double>(parameters[i]) - of_batch);
      parameters[i] = static_cast<float>(moved);
    }
  }
}

bool WeightUpdate::after_epoch(double monitored) {
  return learning_rate_.after_epoch(monitored, plateau_);
}

}  // namespace jetrain
