#pragma once

/// \file
/// A training as TensorBoard shows it. Tags are Keras': `batch_loss` by steps (counted over all epochs, from
/// 1), `epoch_loss` by epochs (from 1), those of training and of validation under one name in two folders, so
/// that they share a chart.

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "telemetry/event_file.hpp"
#include "telemetry/log.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// A run that goes on after a stop gets further files; the steps that it repeats have equal values. Events
/// that cannot be written (a full disk) end the events with a warning, not the training.
class TrainingEvents : public TrainingObserver {
 public:
  /// Folders `train` and `validation` in `folder`.
  TrainingEvents(const LogConfig& config, const std::string& folder, Log& log);

  void on_step(const StepEnd& end) override;
  void on_epoch(const EpochEnd& end) override;

 private:
  struct Files {
    explicit Files(const std::string& folder)
        : train(folder + "/train"), validation(folder + "/validation") {}
    EventFile train;
    EventFile validation;
  };
  void write(const auto& events);
  void give_up(const DataError& error);

  LogConfig config_;
  Log& log_;
  std::optional<Files> files_;  ///< none: they cannot be written
};

}  // namespace jetrain
