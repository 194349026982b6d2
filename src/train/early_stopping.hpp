#pragma once

/// \file
/// After each epoch: whether it is the best so far, and whether the training ends.

#include <limits>
#include <optional>
#include <vector>

#include "config/config.hpp"
#include "core/record.hpp"
#include "statistics/metrics.hpp"
#include "train/epoch_record.hpp"
#include "train/training_end.hpp"

namespace jetrain {

/// Of one monitored value.
struct WaitState {
  double best = -std::numeric_limits<double>::infinity();  ///< larger is better
  std::int64_t waited = 0;                                 ///< epochs since
  bool first = true;                                       ///< no epoch yet that counts

  /// Takes an epoch's value; true if it is the best so far.
  bool improved(double value, double min_delta) {
    if (value > best + (first ? 0.0 : min_delta)) {
      *this = {value, 0, false};
      return true;
    }
    ++waited;
    return false;
  }

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit("best", s.best);
    visit("waited", s.waited);
    visit("first", s.first);
  }
};

struct EarlyStoppingState {
  WaitState choice;              ///< of the value that decides which epoch is best
  std::vector<WaitState> waits;  ///< of each monitor; empty: there was one, and it was the choice

  template <class Self, class Visitor>
  static void fields(Self& s, Visitor& visit) {
    visit.joined("", s.choice);
    visit("waits", s.waits, {.may_lack = true});
  }
};

/// An epoch's value, turned so that larger is better; NaN never is. A rejection is infinite where no
/// background passes: better than any other, and never improved upon.
double monitored_value(Monitor monitor, const Metrics& validation);

/// Keras' rule: the training ends once `patience` epochs in a row did not improve the monitored value by more
/// than min_delta (with patience 0: after the first such epoch); with several, once that is so of all, or of
/// any. Or a value has come to a threshold in some epoch, or has not in time.
class EarlyStopping {
 public:
  explicit EarlyStopping(const EarlyStoppingConfig& config, EarlyStoppingState state = {});

  /// Takes an epoch's validation; true if it is the best so far.
  bool improved(const Metrics& validation);
  /// Why the training ends after these epochs, all that were taken; none: it does not.
  std::optional<TrainingEnd> end(const std::vector<EpochRecord>& history) const;
  const EarlyStoppingState& state() const noexcept { return state_; }

 private:
  std::optional<TrainingEnd> not_improved(std::int64_t epochs) const;

  EarlyStoppingConfig config_;
  std::vector<PatienceConfig> waits_;
  EarlyStoppingState state_;
};

}  // namespace jetrain
