#pragma once

#include <limits>

#include "config/config.hpp"
#include "core/record.hpp"
#include "statistics/metrics.hpp"

namespace jetrain {

struct EarlyStoppingState {
  double best = -std::numeric_limits<double>::infinity();  ///< larger is better
  std::int64_t waited = 0;                                 ///< epochs since
  bool first = true;                                       ///< no epoch yet that counts

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("best", s.best);
    visit("waited", s.waited);
    visit("first", s.first);
  }
};

/// An epoch's value, turned so that larger is better; NaN never is.
inline double monitored_value(Monitor monitor, const Metrics& validation) {
  switch (monitor) {
    case Monitor::val_loss:
      return -validation.loss;
    case Monitor::val_accuracy:
      return validation.accuracy;
    case Monitor::val_auc:
      return validation.auc;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// Keras' rule: the run ends once `patience` epochs in a row did not improve the monitored value by more than
/// min_delta (with patience 0: after the first such epoch).
class EarlyStopping {
 public:
  explicit EarlyStopping(const EarlyStoppingConfig& config, const EarlyStoppingState& state = {})
      : config_(config), state_(state) {}

  /// Takes an epoch's validation; true if it is the best so far.
  bool improved(const Metrics& validation) {
    const double value = monitored_value(config_.monitor, validation);
    if (value > state_.best + (state_.first ? 0.0 : config_.min_delta)) {
      state_ = {value, 0, false};
      return true;
    }
    ++state_.waited;
    return false;
  }
  bool should_stop() const {
    return config_.enabled && state_.waited > 0 && state_.waited >= config_.patience;
  }
  const EarlyStoppingState& state() const noexcept { return state_; }

 private:
  EarlyStoppingConfig config_;
  EarlyStoppingState state_;
};

}  // namespace jetrain
