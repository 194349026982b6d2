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
#include "train/batch_statistics.hpp"

namespace jetrain {

using progress::Activity;

EpochRunner::EpochRunner(const Config& config, LiveState& live, const Model& model, const SampleSet& train,
                         const SetWeights& weights, const EpochSteps& steps, bool profile,
                         std::string best_file, const Communicator& comm)
    : config_(config),
      live_(live),
      model_(model),
      train_(train),
      weights_(weights),
      steps_(steps),
      plan_{train.total(), steps.batch_size(1), comm.size()},
      augmenter_(config),
      step_(model, omp_get_max_threads(), profile, comm, config.seed, &augmenter_, config.train.allreduce,
            weights, config.train.teacher),
      feeder_(train, comm),
      best_file_(std::move(best_file)),
      profile_(profile) {
  own_times();
}

std::optional<EpochRecord> EpochRunner::run(const std::function<bool()>& stop_asked,
                                            const std::function<bool(const StepEnd&)>& after_step) {
  const Stopwatch watch;
  const EpochProgress& at = live_.progress();
  live_.start_epoch();
  start_epoch();
  while (at.steps < plan_.batches()) {
    const std::int64_t b = at.steps;
    compute(b, stop_asked());
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

void EpochRunner::start_epoch() {
  const std::int64_t epoch = live_.progress().epoch;
  plan_.batch_size = steps_.batch_size(epoch);
  LapTimer timer(true);
  progress::set(Activity::shuffling);
  EpochOrder order(config_.train.shuffle, config_.seed, static_cast<std::uint32_t>(epoch), plan_,
                   train_.begins);
  timer.lap(order_seconds_);
  feeder_.start_epoch(plan_, std::move(order));
}

void EpochRunner::compute(std::int64_t b, bool stop) {
  const std::int64_t epoch = live_.progress().epoch;
  progress::set_step(epoch, b + 1);
  progress::set(Activity::shuffling);
  const BatchPart part = feeder_.part(b);
  progress::set(Activity::computing);
  step_.run(part, plan_.leaves(b), static_cast<std::uint32_t>(epoch), stop);
}

bool EpochRunner::measure_statistics(const std::function<bool()>& stop_asked) {
  const Stopwatch watch;
  start_epoch();
  BatchStatistics statistics(model_);
  for (std::int64_t b = 0; b < plan_.batches(); ++b) {
    compute(b, stop_asked());
    if (step_.bad_layer() >= 0)
      throw Untrainable(
          fmt::format("the training diverged in epoch {}: with the mean of its weights (train.average.equal) "
                      "{}: lower the learning rate, or begin later to average{}",
                      live_.progress().epoch, out_of_bounds(plan_.leaves(b)),
                      live_.kept_epoch() > 0 && !best_file_.empty()
                          ? fmt::format("; the best weights so far are in {}", best_file_)
                          : ""));
    if (step_.stop()) return false;
    statistics.add(step_.gradient_sums(), plan_.batch(b).size());
  }
  live_.take_statistics(statistics.averages());
  statistics_seconds_ += watch.seconds();
  return true;
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
  if (config_.train.average.equal.from_epoch > 0) seconds["statistics"] = statistics_seconds_;
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
  return profile_table(std::move(phases), seconds_ + statistics_seconds_ + validate.seconds,
                       omp_get_max_threads(), comm);
}

StepEnd EpochRunner::step_end() const {
  const EpochProgress& at = live_.progress();
  const Positions batch = plan_.batch(at.steps - 1);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const double weight = static_cast<double>(step_.weight()) * weights_.unit();
  const WeightUpdate& update = live_.update();
  const StepRecord record = {steps_.steps_before(at.epoch) + at.steps,
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
  // Before the first step, no learning rate has had a part in it.
  const std::string advice =
      at.epoch == 1 && at.steps == 0
          ? std::string(
                "; no step has been taken yet, so inputs or targets are too large for weights at their "
                "start: look for outsized rows (jetrain inspect), or scale them to about 1")
          : fmt::format(" (learning rate {}): lower the learning rate{}", live_.update().learning_rate(),
                        kept ? fmt::format("; the best weights so far are in {}", best_file_) : "");
  throw Untrainable(fmt::format("the training diverged in epoch {}, step {} of {}: {}{}", at.epoch,
                                at.steps + 1, plan_.batches(), out_of_bounds(plan_.leaves(at.steps)),
                                advice));
}

std::string EpochRunner::out_of_bounds(std::int64_t leaves) const {
  const std::string& layer = model_.nodes()[static_cast<std::size_t>(step_.bad_layer())].name;
  const double value = step_.bad_value();
  if (!std::isfinite(value)) return fmt::format("a gradient of layer {} is not finite", layer);
  return fmt::format(
      "a gradient of layer {} reached {:.3g}, and with {} leaves in a batch each must stay below {:.3g}",
      layer, value, leaves, kernels::exact_sum_limit(leaves) / step_.scale());
}

}  // namespace jetrain
