#include "optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/optimizer.hpp"

namespace jetrain {
namespace {

double scaling(const TrainConfig& config) {
  const double ratio =
      static_cast<double>(config.batch_size) / static_cast<double>(config.lr_base_batch_size);
  switch (config.lr_scaling) {
    case RateScaling::none:
      return 1;
    case RateScaling::linear:
      return ratio;
    case RateScaling::sqrt:
      return std::sqrt(ratio);
  }
  return 1;
}

/// The schedule's factor after `epochs` (a fraction within an epoch) of `all`.
struct FactorAfter {
  double epochs;
  double all;
  double plateau;

  double operator()(const ConstantSchedule&) const { return 1; }
  double operator()(const StepSchedule& s) const {
    return std::pow(s.factor, std::floor(epochs / static_cast<double>(s.every_epochs)));
  }
  double operator()(const ExponentialSchedule& s) const { return std::pow(s.factor, epochs); }
  double operator()(const CosineSchedule& s) const {
    const double half_wave = (1 + std::cos(std::numbers::pi * std::min(1.0, epochs / all))) / 2;
    return s.final_factor + (1 - s.final_factor) * half_wave;
  }
  double operator()(const PlateauSchedule&) const { return plateau; }
};

}  // namespace

LearningRate::LearningRate(const TrainConfig& config, std::int64_t steps_per_epoch)
    : config_(config),
      steps_per_epoch_(static_cast<double>(steps_per_epoch)),
      base_(base_learning_rate(config.optimizer) * scaling(config)) {}

double LearningRate::at(std::int64_t steps_done, const PlateauState& plateau) const {
  const double epochs = static_cast<double>(steps_done) / steps_per_epoch_;
  double rate = base_ * std::visit(FactorAfter{epochs, static_cast<double>(config_.epochs), plateau.factor},
                                   config_.schedule.kind);
  if (const WarmupConfig& warmup = config_.warmup; epochs < warmup.epochs)
    rate *= warmup.start_factor + (1 - warmup.start_factor) * epochs / warmup.epochs;
  return rate;
}

bool LearningRate::after_epoch(double value, PlateauState& plateau) const {
  const auto* schedule = std::get_if<PlateauSchedule>(&config_.schedule.kind);
  if (schedule == nullptr) return false;
  if (value > plateau.best + schedule->min_delta) {
    plateau.best = value;
    plateau.waited = 0;
    return false;
  }
  if (++plateau.waited < schedule->patience) return false;
  plateau.waited = 0;
  const double before = plateau.factor;
  plateau.factor = std::max(schedule->min_factor, before * schedule->factor);
  return plateau.factor < before;
}

Monitor LearningRate::monitored() const {
  const auto* schedule = std::get_if<PlateauSchedule>(&config_.schedule.kind);
  return schedule == nullptr ? PlateauSchedule{}.monitor : schedule->monitor;
}

}  // namespace jetrain
