#pragma once

/// \file
/// A training as its log tells it, on rank 0. What is said of an epoch comes in this order: its figures, its
/// stragglers, what it changes.

#include <cstdint>
#include <functional>
#include <vector>

#include "config/config.hpp"
#include "optim/schedule.hpp"
#include "telemetry/log.hpp"
#include "train/stragglers.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// The learning rate that the training begins with, how far an epoch is, and each epoch's figures; at level
/// debug also where its time went.
class EpochLines : public TrainingObserver {
 public:
  /// `phases`: what they took so far. All but `phases` must outlive this.
  EpochLines(const Config& config, const LearningRate& rate, std::function<PhaseSeconds()> phases, Log& log);

  void on_begin() override;
  void on_step(const StepEnd& step) override;
  void on_epoch(const EpochEnd& end) override;

 private:
  const TrainConfig& config_;
  bool goes_by_50_ = false;
  const LearningRate& rate_;
  std::function<PhaseSeconds()> phases_;
  Log& log_;
  PhaseSeconds told_;
};

/// Warns of ranks that all others wait for, and keeps them for the run's result.
class StragglerLines : public TrainingObserver {
 public:
  /// Appends to `found`. All must outlive this.
  StragglerLines(const StragglerWatch& watch, std::vector<Straggler>& found, Log& log)
      : watch_(watch), found_(found), log_(log) {}

  void on_epoch(const EpochEnd& end) override;

 private:
  const StragglerWatch& watch_;
  std::vector<Straggler>& found_;
  Log& log_;
};

/// What an epoch's validation leads to: a lower learning rate, an early end.
class CourseLines : public TrainingObserver {
 public:
  /// All must outlive this.
  CourseLines(const Config& config, Log& log) : config_(config), log_(log) {}

  void on_begin() override;
  void on_epoch(const EpochEnd& end) override;

 private:
  const Config& config_;
  Log& log_;
};

}  // namespace jetrain
