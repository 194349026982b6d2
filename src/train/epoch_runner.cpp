#include "train/epoch_runner.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <limits>
#include <utility>

#include "batches/epoch_order.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "core/stopwatch.hpp"
#include "jetrain/error.hpp"
#include "kernels/exact_sum.hpp"

namespace jetrain {

using progress::Activity;

EpochRunner::EpochRunner(const Config& config, Model& model, const SampleSet& train, bool profile,
                         const Communicator& comm, Log& log, std::timed_mutex& changing)
    : config_(config),
      model_(model),
      train_(train),
      plan_{train.total(), config.train.batch_size, comm.size()},
      update_(config.train, model, plan_.batches()),
      augmenter_(config),
      step_(model, omp_get_max_threads(), profile, comm, config.seed, &augmenter_, config.train.allreduce),
      feeder_(train, plan_, comm),
      log_(log),
      changing_(changing),
      profile_(profile) {
  own_times();
}

EpochRecord EpochRunner::run(EpochProgress& at,
                             const std::function<void(bool stop, const StepRecord& record)>& after_step) {
  const Stopwatch watch;
  const double seconds_before = at.seconds;
  LapTimer timer(true);
  progress::set(Activity::shuffling);
  EpochOrder order(config_.train.shuffle, config_.seed, static_cast<std::uint32_t>(at.epoch), plan_,
                   train_.begins);
  timer.lap(order_seconds_);
  feeder_.start_epoch(std::move(order));
  while (at.steps < plan_.batches()) {
    const std::int64_t b = at.steps;
    progress::set_step(at.epoch, b + 1);
    progress::set(Activity::shuffling);
    const BatchPart part = feeder_.part(b);
    progress::set(Activity::computing);
    step_.run(part, plan_.leaves(b), static_cast<std::uint32_t>(at.epoch), stop_requested());
    if (step_.bad_layer() >= 0) refuse_diverged(at.epoch, b);
    progress::set(Activity::updating);
    {
      const std::lock_guard lock(changing_);
      const Stopwatch update_watch;
      update_.apply(step_.gradient_sums(), plan_.batch(b).size());
      optimizer_seconds_ += update_watch.seconds();
      at.loss += kernels::exact_value(step_.loss_sum());  // batches in their order, the same on every rank
      at.correct += step_.correct();
      ++at.steps;
      at.seconds = seconds_before + watch.seconds();
    }
    show_progress(at);
    after_step(step_.stop(), record_of_step(at));
  }
  EpochRecord record;
  record.epoch = at.epoch;
  record.loss = at.loss / static_cast<double>(plan_.samples);
  record.accuracy = accuracy_of(at.correct, static_cast<double>(plan_.samples));
  record.learning_rate = update_.learning_rate();
  record.seconds = at.seconds;
  seconds_ += watch.seconds();
  ++epochs_run_;
  record.jets_per_second = static_cast<double>(plan_.samples) / record.seconds;
  return record;
}

std::vector<OwnTime> EpochRunner::own_times() {
  const std::vector<OwnTime> so_far = {
      {"forward and backward", step_.compute_seconds(), static_cast<double>(step_.rounds())},
      {"the update of the weights", optimizer_seconds_, static_cast<double>(update_.steps())}};
  std::vector<OwnTime> times = so_far;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    times[i].seconds -= told_[i].seconds;
    times[i].work -= told_[i].work;
  }
  told_ = so_far;
  return times;
}

void EpochRunner::add_times(std::map<std::string, double>& seconds) const {
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

StepRecord EpochRunner::record_of_step(const EpochProgress& at) const {
  const auto samples = static_cast<double>(plan_.batch(at.steps - 1).size());
  return {(at.epoch - 1) * plan_.batches() + at.steps, kernels::exact_value(step_.loss_sum()) / samples,
          accuracy_of(step_.correct(), samples), update_.learning_rate(), update_.gradient_norm()};
}

double EpochRunner::accuracy_of(std::int64_t correct, double samples) const {
  return model_.input().targets > 0 ? std::numeric_limits<double>::quiet_NaN()
                                    : static_cast<double>(correct) / samples;
}

void EpochRunner::show_progress(const EpochProgress& at) {
  if (!log_.progress_due(at.steps == plan_.batches())) return;
  const std::int64_t done = plan_.batch(at.steps - 1).last;
  const double rate = static_cast<double>(done) / at.seconds;
  constexpr std::int64_t kWidth = 30;
  const auto filled = static_cast<std::size_t>(kWidth * at.steps / plan_.batches());
  log_.progress(fmt::format("epoch {:3}  [{:<30}]  loss {:.4f}  {:.0f} jets/s  {:.0f} s left", at.epoch,
                            std::string(filled, '='), at.loss / static_cast<double>(done), rate,
                            static_cast<double>(plan_.samples - done) / rate));
}

void EpochRunner::refuse_diverged(std::int64_t epoch, std::int64_t b) const {
  throw CollectiveError(
      fmt::format("the training diverged in epoch {}, step {} of {}: a gradient of layer {} is not finite "
                  "or too large "
                  "(learning rate {}): lower the learning rate{}",
                  epoch, b + 1, plan_.batches(),
                  model_.nodes()[static_cast<std::size_t>(step_.bad_layer())].name, update_.learning_rate(),
                  epoch > 1 ? "; the best weights so far are in best.h5" : ""),
      ExitStatus::failed);
}

}  // namespace jetrain
