#include "train/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/order_statistics.hpp"
#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

using progress::Activity;

Trainer::Trainer(const Config& config, Model& model, const SampleSet& train, Validation& validation,
                 TrainingState start, const Communicator& comm, TrainerOptions options)
    : config_(config),
      model_(model),
      validation_(validation),
      comm_(comm),
      options_(std::move(options)),
      steps_(config.train, train.total()),
      live_(config, model, steps_, std::move(start)),
      epochs_(config, live_, model, train, weights_of(train, comm), steps_, options_.profile,
              options_.best_file, comm) {}

TrainingOutcome Trainer::run() {
  tell([](TrainingObserver& observer) { observer.on_begin(); });
  agree_on_errors();
  while (live_.progress().epoch <= config_.train.epochs && !live_.end() && !is_wanted_to_stop()) {
    const std::optional<EpochRecord> record = epochs_.run([&] { return stop_asked(); },
                                                          [&](const StepEnd& step) {
                                                            after_step(step);
                                                            return true;
                                                          });
    end_epoch(validated(record.value()));
  }
  tell([](TrainingObserver& observer) { observer.on_end(); });
  agree_on_errors();
  return outcome();
}

/// An error of an observer travels with the next step's allreduce, as a wish to stop does.
void Trainer::after_step(const StepEnd& step) {
  tell([&](TrainingObserver& observer) { observer.on_step(step); });
  if (step.stopping) stop();
}

EpochRecord Trainer::validated(EpochRecord record) {
  if (live_.take_average() && !epochs_.measure_statistics([&] { return stop_asked(); })) stop();
  const Stopwatch watch;
  progress::set(Activity::validating);
  record.validation = validation_.run(model_);
  validate_seconds_ += watch.seconds();
  return record;
}

void Trainer::end_epoch(const EpochRecord& record) {
  progress::set(Activity::writing);
  const EpochChange change = live_.end_epoch(record);
  std::vector<OwnTime> own = epochs_.own_times();
  own.push_back(validation_.take_own_time());
  const EpochEnd end{.record = record,
                     .model = model_,
                     .best = change.best,
                     .kept = change.kept,
                     .lowered = change.lowered,
                     .next_learning_rate = live_.update().next_learning_rate(),
                     .end = live_.end(),
                     .times = gather_times(own, comm_)};
  tell([&](TrainingObserver& observer) { observer.on_epoch(end); });
  agree_on_errors();
}

/// True, and on all ranks alike, where an observer of any rank wants the training to end: there is an epoch,
/// of this process or an earlier one, that it can end with.
bool Trainer::is_wanted_to_stop() const {
  if (live_.history().empty()) return false;
  const bool wanted = std::any_of(observers_.begin(), observers_.end(),
                                  [](const TrainingObserver* observer) { return observer->wants_stop(); });
  return comm_.max(std::int64_t{wanted}) != 0;
}

void Trainer::stop() {
  agree_on_errors();
  std::string saved;
  comm_.agree([&] {
    for (TrainingObserver* observer : observers_) saved += observer->on_stop();
  });
  throw CollectiveError("stopped by a signal" + (saved.empty() ? "" : "; " + saved), ExitStatus::requeue);
}

/// The first error on this rank is kept, and silences its observers.
void Trainer::tell(const std::function<void(TrainingObserver&)>& what) {
  if (error_ != nullptr) return;
  try {
    for (TrainingObserver* observer : observers_) what(*observer);
  } catch (const std::exception&) {
    error_ = std::current_exception();
  } catch (...) {
    error_ = std::make_exception_ptr(
        Error("an observer of the training threw something that is no std::exception"));
  }
}

void Trainer::agree_on_errors() {
  comm_.agree([&] {
    if (error_ != nullptr) std::rethrow_exception(error_);
  });
}

PhaseSeconds Trainer::phase_seconds() const {
  PhaseSeconds seconds = {{"validate", validate_seconds_}, {"metrics", validation_.metrics_seconds()}};
  epochs_.add_times(seconds);
  for (const TrainingObserver* observer : observers_) observer->add_seconds(seconds);
  return seconds;
}

/// After the last epoch.
TrainingEnd Trainer::end() const {
  const std::int64_t epochs = std::ssize(live_.history());
  if (epochs >= config_.train.epochs)
    return {EndedBy::all_epochs, fmt::format("all {} epochs are done", epochs)};
  return live_.end().value_or(
      TrainingEnd{EndedBy::observer, fmt::format("the program ended it after {} epochs", epochs)});
}

TrainingOutcome Trainer::outcome() const {
  TrainingOutcome outcome;
  outcome.end = end();
  if (options_.profile) {
    const double flops = static_cast<double>(epochs_.epochs_run()) * validation_.flops(model_);
    outcome.profile = epochs_.profile({"validate", validate_seconds_, flops}, comm_);
  }
  outcome.weights = live_.kept_weights();
  outcome.weights_hash = weights_hash(outcome.weights);
  outcome.epochs = std::ssize(live_.history());
  std::vector<double> rates;
  for (const EpochRecord& record : live_.history()) {
    rates.push_back(record.jets_per_second);
    if (record.epoch == live_.kept_epoch()) outcome.best = record;
  }
  outcome.jets_per_second = median(rates);
  outcome.seconds = phase_seconds();
  return outcome;
}

}  // namespace jetrain
