#include "optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/optimizer.hpp"

namespace jetrain {
namespace {

double scaling(const TrainConfig& config, std::int64_t batch_size) {
  const double ratio = static_cast<double>(batch_size) / static_cast<double>(config.lr_base_batch_size);
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

/// A cycle of cosine_restarts, in epochs since the first one began.
struct Cycle {
  double begin = 0;
  double length = 1;
  double peak = 1;  ///< the factor that it begins at
};

/// The one that stands `since` epochs after the first one's beginning; the last one for ever.
Cycle cycle_at(const CosineRestartsSchedule& s, double since) {
  Cycle cycle{0, s.first_epochs, 1};
  double number = 0;  // from 0
  constexpr double kRounding =
      1e-9;  // a step that is a cycle's first may stand a hair before it, as a fraction
  if (s.growth == 1) {
    number = std::floor(since / cycle.length + kRounding);
    if (s.cycles > 0) number = std::min(number, static_cast<double>(s.cycles - 1));
    cycle.begin = cycle.length * number;
  } else {
    const auto is_last = [&] { return s.cycles > 0 && number + 1 == static_cast<double>(s.cycles); };
    for (; since >= cycle.begin + cycle.length * (1 - kRounding) && !is_last(); ++number) {
      cycle.begin += cycle.length;
      cycle.length *= static_cast<double>(s.growth);
    }
  }
  cycle.peak = std::max(s.final_factor, std::pow(s.peak_factor, number));
  return cycle;
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
  double operator()(const PolynomialSchedule& s) const {
    return s.final_factor + (1 - s.final_factor) * std::pow(1 - std::min(1.0, epochs / all), s.power);
  }
  double operator()(const CosineRestartsSchedule& s) const {
    const double since = epochs - warmup;
    if (since < 0) return 1;
    const Cycle cycle = cycle_at(s, since);
    const double share = std::clamp((since - cycle.begin) / cycle.length, 0.0, 1.0);
    return s.final_factor + (cycle.peak - s.final_factor) * annealed(Anneal::cosine, share);
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

std::optional<CutCycle> cut_cycle(const TrainConfig& config) {
  const auto* schedule = std::get_if<CosineRestartsSchedule>(&config.schedule.kind);
  if (schedule == nullptr || config.average.equal.learning_rate_factor > 0) return std::nullopt;
  const auto all = static_cast<double>(config.epochs);
  const double warmup = config.warmup.epochs;
  if (all <= warmup) return std::nullopt;
  const Cycle cycle = cycle_at(*schedule, all - warmup);
  const double begin = warmup + cycle.begin;
  const double end = begin + cycle.length;
  constexpr double kRounding = 1e-9;
  if (all < begin + kRounding || all > end - kRounding) return std::nullopt;
  return CutCycle{begin, end, FactorAfter{all, all, warmup, 1}(*schedule)};
}

LearningRate::LearningRate(const TrainConfig& config, const EpochSteps& steps)
    : config_(config), steps_(steps) {}

double LearningRate::base_of(std::int64_t epoch) const {
  return base_learning_rate(config_.optimizer) * scaling(config_, steps_.batch_size(epoch));
}

double LearningRate::scheduled(double epochs, double base, const PlateauState& plateau) const {
  const FactorAfter factor{epochs, static_cast<double>(config_.epochs), config_.warmup.epochs,
                           plateau.factor};
  double rate = base * std::visit(factor, config_.schedule.kind);
  if (const WarmupConfig& warmup = config_.warmup; epochs < warmup.epochs)
    rate *= warmup.start_factor + (1 - warmup.start_factor) * epochs / warmup.epochs;
  return rate;
}

double LearningRate::at(std::int64_t steps_done, const PlateauState& plateau) const {
  const double epochs = steps_.epochs_after(steps_done);
  const double base = base_of(steps_.epoch_after(steps_done));
  const EqualAverageConfig& average = config_.average.equal;
  const auto averages_from = static_cast<double>(average.from_epoch - 1);
  if (average.from_epoch == 0 || average.learning_rate_factor == 0 || epochs < averages_from)
    return scheduled(epochs, base, plateau);
  const double held = base * average.learning_rate_factor;
  const double since = epochs - averages_from;
  if (since >= average.anneal_epochs) return held;
  const double left = annealed(average.anneal, since / average.anneal_epochs);
  return held + (scheduled(averages_from, base, plateau) - held) * left;
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
