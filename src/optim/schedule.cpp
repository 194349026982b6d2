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

/// From 1 at share 0 to 0 at share 1.
double annealed(Anneal anneal, double share) {
  switch (anneal) {
    case Anneal::linear:
      return 1 - share;
    case Anneal::cosine:
      return (1 + std::cos(std::numbers::pi * share)) / 2;
  }
  return 1 - share;
}

/// The schedule's factor after `epochs` (a fraction within an epoch) of `all`, of which `warmup` come first.
struct FactorAfter {
  double epochs;
  double all;
  double warmup;
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
  double operator()(const CosineRestartsSchedule& s) const {
    const double since = epochs - warmup;
    if (since < 0) return 1;
    auto length = static_cast<double>(s.first_epochs);
    double begin = 0;
    const auto is_last = [&](std::int64_t cycle) { return s.cycles > 0 && cycle == s.cycles; };
    if (s.growth == 1) {
      const double done = std::floor(since / length);
      begin = length * (s.cycles > 0 ? std::min(done, static_cast<double>(s.cycles - 1)) : done);
    } else {
      for (std::int64_t cycle = 1; since >= begin + length && !is_last(cycle); ++cycle) {
        begin += length;
        length *= static_cast<double>(s.growth);
      }
    }
    const double share = std::min(1.0, (since - begin) / length);
    return s.final_factor + (1 - s.final_factor) * annealed(Anneal::cosine, share);
  }
  double operator()(const OneCycleSchedule& s) const {
    const auto way = [&](double from, double to, double share) {
      return to + (from - to) * annealed(s.anneal, std::min(1.0, share));
    };
    if (epochs < s.up_epochs) return way(s.start_factor, 1, epochs / s.up_epochs);
    const double down_end = s.up_epochs + s.down_epochs;
    if (epochs < down_end) return way(1, s.start_factor, (epochs - s.up_epochs) / s.down_epochs);
    const double from = s.down_epochs > 0 ? s.start_factor : 1;
    return all > down_end ? way(from, s.end_factor, (epochs - down_end) / (all - down_end)) : from;
  }
  double operator()(const FlatWithDecaySchedule& s) const {
    double decay = s.decay_share * all;
    double done = epochs - (all - decay);
    if (s.by_epoch) {
      decay = std::max(1.0, std::floor(decay));
      done = std::floor(epochs) - (all - decay) + 1;
    }
    return std::pow(s.final_factor, std::clamp(done / decay, 0.0, 1.0));
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
  const FactorAfter factor{epochs, static_cast<double>(config_.epochs), config_.warmup.epochs,
                           plateau.factor};
  double rate = base_ * std::visit(factor, config_.schedule.kind);
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
