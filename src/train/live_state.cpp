#include "train/live_state.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "jetrain/error.hpp"
#include "kernels/exact_sum.hpp"

namespace jetrain {

LiveState::LiveState(const Config& config, Model& model, const EpochSteps& steps, TrainingState start)
    : config_(config),
      model_(model),
      state_(std::move(start)),
      update_(config.train, model, steps),
      stopping_(config.early_stopping, state_.stopping) {
  if (!state_.parameters.empty()) restore();
  if (state_.best_parameters.empty())
    state_.best_parameters.assign(model.parameters().begin(), model.parameters().end());
  if (config.log.tensorboard) update_.watch_gradient_norm();  // by all ranks, or rank 0 would hold them up
}

void LiveState::restore() {
  const std::vector<std::span<float>> arrays = update_.state();
  const auto fits = [&](const std::vector<float>& array) {
    return std::ssize(array) == model_.trainable_count();
  };
  if (std::ssize(state_.parameters) != model_.parameter_count() || state_.optimizer.size() != arrays.size() ||
      !std::all_of(state_.optimizer.begin(), state_.optimizer.end(), fits)) {
    throw CollectiveError(
        "the checkpoint holds another number of weights than the network: it was written by "
        "another version of jetrain; start a new run",
        ExitStatus::failed);
  }
  std::copy(state_.parameters.begin(), state_.parameters.end(), model_.parameters().begin());
  update_.plateau() = state_.plateau;
  update_.set_steps(state_.optimizer_steps);
  for (std::size_t i = 0; i < arrays.size(); ++i)
    std::copy(state_.optimizer[i].begin(), state_.optimizer[i].end(), arrays[i].begin());
  state_.parameters = {};  // from here on in the model, and in the update
  state_.optimizer = {};
}

TrainingState LiveState::capture() {
  TrainingState state = state_;
  state.parameters.assign(model_.parameters().begin(), model_.parameters().end());
  state.optimizer_steps = update_.steps();
  state.plateau = update_.plateau();
  for (const std::span<float> array : update_.state())
    state.optimizer.emplace_back(array.begin(), array.end());
  if (const WeightAverage& average = update_.average(); average.is_exchanged()) {
    const auto behind = std::swap_ranges(state.optimizer.back().begin(), state.optimizer.back().end(),
                                         state.parameters.begin());
    std::copy(average.own_statistics().begin(), average.own_statistics().end(), behind);
  }
  return state;
}

TrainingState LiveState::snapshot() {
  const std::lock_guard lock(changing_);
  return capture();
}

std::optional<TrainingState> LiveState::snapshot_within(std::chrono::milliseconds patience) {
  const std::unique_lock lock(changing_, patience);
  if (!lock) return std::nullopt;
  return capture();
}

void LiveState::start_epoch() {
  watch_.restart();
  seconds_before_ = state_.progress.seconds;
}

void LiveState::step(const BatchSums& sums) {
  const std::lock_guard lock(changing_);
  update_.apply(sums.gradients, sums.samples, sums.scale);
  EpochProgress& at = state_.progress;
  at.loss += sums.loss;  // batches in their order, the same on every rank
  at.correct += sums.correct;
  ++at.steps;
  at.seconds = seconds_before_ + watch_.seconds();
}

bool LiveState::take_average() {
  const std::lock_guard lock(changing_);
  update_.exchange_average();
  return update_.average().wants_statistics();
}

void LiveState::take_statistics(std::span<const float> averages) {
  const std::lock_guard lock(changing_);
  update_.average().take_statistics(averages);
}

EpochChange LiveState::end_epoch(const EpochRecord& record) {
  const std::lock_guard lock(changing_);
  EpochChange change;
  change.best = stopping_.improved(record.validation);
  change.kept = change.best || !config_.early_stopping.restore_best;
  state_.stopping = stopping_.state();
  if (change.kept) {
    state_.best_parameters.assign(model_.parameters().begin(), model_.parameters().end());
    state_.best_epoch = record.epoch;
  }
  update_.exchange_average();
  change.lowered = update_.after_epoch(monitored_value(update_.monitored(), record.validation));
  state_.history.push_back(record);
  state_.progress = {record.epoch + 1};
  return change;
}

}  // namespace jetrain
