#pragma once

#include <limits>

#include "jetrain/config/config.hpp"
#include "jetrain/train/metrics.hpp"

namespace jetrain {

/// Keras' rule: the run ends once `patience` epochs in a row did not improve the monitored value by more than
/// min_delta (with patience 0: after the first such epoch).
class EarlyStopping {
 public:
  explicit EarlyStopping(const EarlyStoppingConfig& config) : config_(config) {}

  /// Takes an epoch's validation; true if it is the best so far.
  bool improved(const Metrics& validation) {
    // A smaller loss is better, a larger accuracy or AUC; NaN never is.
    const double value = config_.monitor == "val_loss"       ? -validation.loss
                         : config_.monitor == "val_accuracy" ? validation.accuracy
                                                             : validation.auc;
    if (value > best_ + (first_ ? 0.0 : config_.min_delta)) {
      best_ = value;
      waited_ = 0;
      first_ = false;
      return true;
    }
    ++waited_;
    return false;
  }
  bool should_stop() const { return config_.enabled && waited_ > 0 && waited_ >= config_.patience; }

 private:
  EarlyStoppingConfig config_;
  double best_ = -std::numeric_limits<double>::infinity();
  bool first_ = true;
  std::int64_t waited_ = 0;
};

}  // namespace jetrain
