#pragma once

#include <cstdint>

#include "train/training_observer.hpp"

namespace jetrain {

/// Ends a training after so many epochs, as after its last one, for a search that may go on with it: a member
/// of successive halving at the end of a rung.
class Pause : public TrainingObserver {
 public:
  /// Of `all` that the config has, so many epochs were `done` in earlier processes, and early stopping wanted
  /// no more of them (`stops_early`).
  Pause(std::int64_t epochs, std::int64_t all, std::int64_t done, bool stops_early)
      : epochs_(epochs), all_(all), done_(done), stops_early_(stops_early) {}

  void on_epoch(const EpochEnd& end) override {
    done_ = end.record.epoch;
    stops_early_ = end.stops_early;
  }
  bool wants_stop() const override { return done_ >= epochs_; }

  /// Whether the training would have gone on.
  bool is_pause() const { return wants_stop() && done_ < all_ && !stops_early_; }

 private:
  std::int64_t epochs_;
  std::int64_t all_;
  std::int64_t done_;
  bool stops_early_;
};

}  // namespace jetrain
