#include "train/rate_sweep.hpp"

#include <cmath>
#include <utility>

#include "core/stop_signal.hpp"
#include "core/untrainable.hpp"
#include "optim/optimizer.hpp"
#include "train/epoch_runner.hpp"
#include "train/live_state.hpp"
#include "train/set_weights.hpp"

namespace jetrain {
namespace {

/// The config with the sweep's rates for its own: a schedule whose epochs are steps.
Config sweeping(const RateSweep& sweep, Config config) {
  TrainConfig& train = config.train;
  set_base_learning_rate(train.optimizer, sweep.from);
  const double last = std::max<double>(1, static_cast<double>(sweep.steps - 1));
  train.schedule = {ExponentialSchedule{.factor = std::pow(sweep.to / sweep.from, 1 / last)}};
  train.warmup = {};
  train.lr_scaling = RateScaling::none;
  train.average = {};
  train.batch_schedule = {};
  config.early_stopping = {};
  return config;
}

}  // namespace

RateCurve sweep_rates(const RateSweep& sweep, const Config& config, Model& model, const SampleSet& train,
                      const std::function<void(const RatePoint&)>& after_step, const Communicator& comm) {
  const Config swept = sweeping(sweep, config);
  const EpochSteps of_data(swept.train, train.total());
  const EpochSteps of_schedule(swept.train, swept.train.batch_size);  // one an epoch
  LiveState live(swept, model, of_schedule, {});
  EpochRunner epochs(swept, live, model, train, weights_of(train, comm), of_data, false, "", comm);
  RateCurve curve;
  Explosion explosion(sweep.smoothing);
  const auto take = [&](const StepEnd& step) {
    if (step.stopping)
      throw CollectiveError("stopped by a signal: nothing is written; run it again", ExitStatus::requeue);
    const StepRecord& r = step.record;
    curve.points.push_back({r.step, r.learning_rate, r.loss, r.loss});
    after_step(curve.points.back());
    if (explosion.takes(r.loss)) curve.end = SweepEnd::exploded;
    return curve.end == SweepEnd::all_steps && r.step < sweep.steps;
  };
  try {
    while (const std::optional<EpochRecord> record = epochs.run(stop_requested, take))
      live.end_epoch(*record);
  } catch (const Untrainable& error) {
    if (curve.points.empty()) throw;
    curve.end = SweepEnd::diverged;
    curve.why = error.what();
  }
  smooth(curve.points, sweep.smoothing);
  return curve;
}

}  // namespace jetrain
