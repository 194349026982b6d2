#include "train/early_stopping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace jetrain {
namespace {

/// A value that monitored_value has turned, as it is, with the digits that count.
std::string shown(Monitor monitor, double turned) {
  const double value = smaller_is_better(monitor) ? -turned : turned;
  return is_rejection(monitor) ? fmt::format("{:.1f}", value) : fmt::format("{:.4f}", value);
}

double turned(Monitor monitor, double value) {
  return smaller_is_better(monitor) ? -value : value;
}

/// The epoch in which a value was best, and the value there; epoch 0: it was never known.
struct BestEpoch {
  std::int64_t epoch = 0;
  double value = 0;
};
BestEpoch best_epoch(Monitor monitor, const std::vector<EpochRecord>& history) {
  WaitState state;
  BestEpoch best;
  for (const EpochRecord& record : history) {
    if (state.improved(monitored_value(monitor, record.validation), 0)) best = {record.epoch, state.best};
  }
  return best;
}

std::optional<TrainingEnd> reached(const ReachedConfig& config, const std::vector<EpochRecord>& history) {
  if (!config.monitor) return std::nullopt;
  const Monitor monitor = *config.monitor;
  for (const EpochRecord& record : history) {
    const double value = monitored_value(monitor, record.validation);
    if (value >= turned(monitor, config.value))
      return TrainingEnd{EndedBy::reached, fmt::format("{} has reached {}: {} in epoch {}", monitor,
                                                       config.value, shown(monitor, value), record.epoch)};
  }
  return std::nullopt;
}

std::optional<TrainingEnd> hopeless(const HopelessConfig& config, const std::vector<EpochRecord>& history) {
  if (!config.monitor || std::ssize(history) < config.after_epochs) return std::nullopt;
  const BestEpoch best = best_epoch(*config.monitor, history);
  if (best.epoch > 0 && best.value >= turned(*config.monitor, config.value)) return std::nullopt;
  const std::string so_far = best.epoch == 0 ? std::string("it is not known in any")
                                             : fmt::format("its best is {} in epoch {}",
                                                           shown(*config.monitor, best.value), best.epoch);
  return TrainingEnd{EndedBy::hopeless, fmt::format("{} has not come to {} in {} epochs: {}", *config.monitor,
                                                    config.value, history.size(), so_far)};
}

}  // namespace

double monitored_value(Monitor monitor, const Metrics& validation) {
  switch (monitor) {
    case Monitor::val_loss:
      return -validation.loss;
    case Monitor::val_accuracy:
      return validation.accuracy;
    case Monitor::val_auc:
      return validation.auc;
    case Monitor::val_rejection_30:
      return validation.rejection_30;
    case Monitor::val_rejection_50:
      return validation.rejection_50;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

EarlyStopping::EarlyStopping(const EarlyStoppingConfig& config, EarlyStoppingState state)
    : config_(config), waits_(config.waits()), state_(std::move(state)) {
  if (state_.waits.size() != waits_.size()) state_.waits.assign(waits_.size(), state_.choice);
}

bool EarlyStopping::improved(const Metrics& validation) {
  for (std::size_t i = 0; i < waits_.size(); ++i)
    state_.waits[i].improved(monitored_value(waits_[i].monitor, validation), waits_[i].min_delta);
  const PatienceConfig choice = config_.choice();
  return state_.choice.improved(monitored_value(choice.monitor, validation), choice.min_delta);
}

std::optional<TrainingEnd> EarlyStopping::end(const std::vector<EpochRecord>& history) const {
  if (history.empty() || std::ssize(history) < config_.min_epochs) return std::nullopt;
  if (auto end = reached(config_.reached, history)) return end;
  if (auto end = hopeless(config_.hopeless, history)) return end;
  return config_.enabled ? not_improved(std::ssize(history)) : std::nullopt;
}

std::optional<TrainingEnd> EarlyStopping::not_improved(std::int64_t epochs) const {
  std::string which;
  std::size_t waited = 0;
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    const WaitState& state = state_.waits[i];
    if (state.waited == 0 || state.waited < waits_[i].patience) continue;
    ++waited;
    const Monitor monitor = waits_[i].monitor;
    const std::string best =
        state.first ? std::string("it was never known")
                    : fmt::format("{} in epoch {}", shown(monitor, state.best), epochs - state.waited);
    which += fmt::format("{}{} has not improved for {} epochs ({})", which.empty() ? "" : ", ", monitor,
                         state.waited, best);
  }
  if (waited == 0 || (config_.when == StopWhen::all && waited < waits_.size())) return std::nullopt;
  return TrainingEnd{EndedBy::not_improved, which};
}

}  // namespace jetrain
