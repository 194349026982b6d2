#include "train/epoch_runner.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <utility>

#include "batches/epoch_order.hpp"
#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "core/untrainable.hpp"
#include "kernels/exact_sum.hpp"

namespace jetrain {

using progress::Activity;

EpochRunner::EpochRunner(const Config& config, LiveState& live, const Model& model, const SampleSet& train,
                         const SetWeights& weights, const BatchPlan& plan, bool profile,
                         std::string best_file, const Communicator& comm)
    : config_(config),
      live_(live),
      model_(model),
      train_(train),
      weights_(weights),
      plan_(plan),
      augmenter_(config),
      step_(model, omp_get_max_threads(), profile, comm, config.seed, &augmenter_, config.train.allreduce,
            weights, config.train.teacher),
      feeder_(train, plan_, comm),
      best_file_(std::move(best_file)),
      profile_(profile) {
  own_times();
}

std::optional<EpochRecord> EpochRunner::run(const std::function<bool()>& stop_asked,
                                            const std::function<bool(const StepEnd&)>& after_step) {
  const Stopwatch watch;
  const EpochProgress& at = live_.progress();
  const auto epoch = static_cast<std::uint32_t>(at.epoch);
  live_.start_epoch();
  LapTimer timer(true);
  progress::set(Activity::shuffling);
  EpochOrder order(config_.train.shuffle, config_.seed, epoch, plan_, train_.begins);
  timer.lap(order_seconds_);
  feeder_.start_epoch(std::move(order));
  while (at.steps < plan_.batches()) {
    const std::int64_t b = at.steps;
    progress::set_step(at.epoch, b + 1);
    progress::set(Activity::shuffling);
    const BatchPart part = feeder_.part(b);
    progress::set(Activity::computing);
    step_.run(part, plan_.leaves(b), epoch, stop_asked());
    if (step_.bad_layer() >= 0) refuse_diverged();
    progress::set(Activity::updating);
    const Stopwatch update_watch;
    live_.step({.gradients = step_.gradient_sums(),
                .scale = step_.scale(),
                .loss = step_.loss(),
                .correct = step_.correct(),
                .samples = plan_.batch(b).size()});
    optimizer_seconds_ += update_watch.seconds();
    if (!after_step(step_end())) return std::nullopt;
  }
  EpochRecord record;
  record.epoch = at.epoch;
  record.loss = at.loss / weights_.sum;
  record.accuracy = accuracy_of(at.correct, weights_.sum);
  record.learning_rate = live_.update().learning_rate();
  record.seconds = at.seconds;
  seconds_ += watch.seconds();
  ++epochs_run_;
  record.jets_per_second = static_cast<double>(plan_.samples) / record.seconds;
  return record;
}

std::vector<OwnTime> EpochRunner::own_times() {
  const std::vector<OwnTime> so_far = {
      {"forward and backward", step_.compute_seconds(), static_cast<double>(step_.rounds())},
      {"the update of the weights", optimizer_seconds_, static_cast<double>(live_.update().steps())}};
  std::vector<OwnTime> times = so_far;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    times[i].seconds -= told_[i].seconds;
    times[i].work -= told_[i].work;
  }
  told_ = so_far;
  return times;
}

void EpochRunner::add_times(PhaseSeconds& seconds) const {
  seconds["epochs"] = seconds_;
  seconds["update"] = optimizer_seconds_;
  if (profile_) seconds["wait"] = step_.wait_seconds();
  seconds["compute"] = step_.compute_seconds();
  seconds["allreduce"] = step_.allreduce_seconds();
  seconds["redistribute"] = feeder_.seconds();
}

std::string EpochRunner::profile(const Phase& validate, const Communicator& comm) const {
  std::vector<Phase> phases = step_.phases();
  phases.push_back({"optimizer", optimizer_seconds_, 0});
  phases.push_back({"shuffle: order", order_seconds_, 0});
  phases.push_back({"shuffle: redistribution", feeder_.seconds(), 0});
  phases.push_back(validate);
  return profile_table(std::move(phases), seconds_ + validate.seconds, omp_get_max_threads(), comm);
}

StepEnd EpochRunner::step_end() const {
  const EpochProgress& at = live_.progress();
  const Positions batch = plan_.batch(at.steps - 1);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const double weight = static_cast<double>(step_.weight()) * weights_.unit();
  const WeightUpdate& update = live_.update();
  const StepRecord record = {(at.epoch - 1) * plan_.batches() + at.steps,
                             weight > 0 ? step_.loss() / weight : kNaN, accuracy_of(step_.correct(), weight),
                             update.learning_rate(), update.gradient_norm()};
  return {record, at, plan_.batches(), batch.last, plan_.samples, step_.stop()};
}

double EpochRunner::accuracy_of(std::int64_t correct, double weight) const {
  return model_.input().targets > 0 || !(weight > 0)
             ? std::numeric_limits<double>::quiet_NaN()
             : static_cast<double>(correct) * weights_.unit() / weight;
}

void EpochRunner::refuse_diverged() const {
  const EpochProgress& at = live_.progress();
  const bool kept = at.epoch > 1 && !best_file_.empty();
  const double value = step_.bad_value();
  const std::int64_t leaves = plan_.leaves(at.steps);
  const std::string what =
      std::isfinite(value)
          ? fmt::format("reached {:.3g}, and with {} leaves in a batch each must stay below {:.3g}", value,
                        leaves, kernels::exact_sum_limit(leaves) / step_.scale())
          : std::string("is not finite");
  // Before the first step, no learning rate has had a part in it.
  const std::string advice =
      at.epoch == 1 && at.steps == 0
          ? std::string(
                "; no step has been taken yet, so inputs or targets are too large for weights at their "
                "start: look for outsized rows (jetrain inspect), or scale them to about 1")
          : fmt::format(" (learning rate {}): lower the learning rate{}", live_.update().learning_rate(),
                        kept ? fmt::format("; the best weights so far are in {}", best_file_) : "");
  throw Untrainable(fmt::format(
      "the training diverged in epoch {}, step {} of {}: a gradient of layer {} {}{}", at.epoch, at.steps + 1,
      plan_.batches(), model_.nodes()[static_cast<std::size_t>(step_.bad_layer())].name, what, advice));
}

}  // namespace jetrain
