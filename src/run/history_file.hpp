#pragma once

#include "run/run_directory.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// RUN/history.csv, a line an epoch. On rank 0.
class HistoryFile : public TrainingObserver {
 public:
  explicit HistoryFile(const RunDirectory& run) : run_(run) {}

  /// DataError where it cannot be written.
  void on_epoch(const EpochEnd& end) override;
  void add_seconds(PhaseSeconds& seconds) const override { seconds["save"] += seconds_; }

 private:
  const RunDirectory& run_;
  double seconds_ = 0;
};

}  // namespace jetrain
