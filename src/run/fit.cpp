#include "run/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "core/progress.hpp"
#include "core/stopwatch.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
#include "run/best_model_file.hpp"
#include "train/early_stopping.hpp"
#include "train/epoch_runner.hpp"

namespace jetrain {
namespace {

using progress::Activity;

std::string epoch_line(const EpochRecord& r, std::int64_t epochs, bool best) {
  const Metrics& v = r.validation;
  std::string line = fmt::format("epoch {:3}/{}  loss {:.4f}", r.epoch, epochs, r.loss);
  if (!std::isnan(r.accuracy)) line += fmt::format("  acc {:.4f}", r.accuracy);
  line += fmt::format("  val_loss {:.4f}", v.loss);
  if (!std::isnan(v.accuracy)) line += fmt::format("  val_acc {:.4f}", v.accuracy);
  if (!std::isnan(v.auc)) line += fmt::format("  val_auc {:.4f}  1/eB(0.3) {:.0f}", v.auc, v.rejection_30);
  return line + fmt::format("  {:.1f} s  {:.0f} jets/s{}", r.seconds, r.jets_per_second, best ? "  *" : "");
}

using PhaseSeconds = std::map<std::string, double>;

/// What the phases took between two moments, on this rank.
std::string phase_line(std::int64_t epoch, const PhaseSeconds& before, const PhaseSeconds& after) {
  std::string line = fmt::format("epoch {:3} took", epoch);
  for (const auto& [phase, seconds] : after) {
    const auto was = before.find(phase);
    line += fmt::format(" {} {:.3f} s{}", phase, seconds - (was == before.end() ? 0 : was->second),
                        phase == after.rbegin()->first ? "" : ",");
  }
  return line;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// The state of a training, from its live parts and back to them.
TrainingState capture(const TrainingState& kept, const Model& model, WeightUpdate& update) {
  TrainingState state = kept;
  state.parameters.assign(model.parameters().begin(), model.parameters().end());
  state.optimizer_steps = update.steps();
  state.plateau = update.plateau();
  state.optimizer.clear();
  for (const std::span<float> array : update.state())
    state.optimizer.emplace_back(array.begin(), array.end());
  if (update.is_exchanged())
    std::swap_ranges(state.optimizer.back().begin(), state.optimizer.back().end(), state.parameters.begin());
  return state;
}

void restore(const TrainingState& state, Model& model, WeightUpdate& update) {
  const std::vector<std::span<float>> arrays = update.state();
  const auto fits = [&](const std::vector<float>& array) {
    return std::ssize(array) == model.trainable_count();
  };
  if (std::ssize(state.parameters) != model.parameter_count() || state.optimizer.size() != arrays.size() ||
      !std::all_of(state.optimizer.begin(), state.optimizer.end(), fits)) {
    throw CollectiveError(
        "the checkpoint holds another number of weights than the network: it was written by "
        "another version of jetrain; start a new run",
        ExitStatus::failed);
  }
  std::copy(state.parameters.begin(), state.parameters.end(), model.parameters().begin());
  update.plateau() = state.plateau;
  update.set_steps(state.optimizer_steps);
  for (std::size_t i = 0; i < arrays.size(); ++i)
    std::copy(state.optimizer[i].begin(), state.optimizer[i].end(), arrays[i].begin());
}

void describe_learning_rate(const TrainConfig& config, const LearningRate& rate, Log& log) {
  if (config.lr_scaling == RateScaling::none) return;
  log.info(fmt::format("learning rate {:.3g}: {:.3g} at batch {}, scaled to batch {} ({})", rate.base(),
                       base_learning_rate(config.optimizer), config.lr_base_batch_size, config.batch_size,
                       config.lr_scaling));
}

/// While it lives, the watchdog writes a checkpoint before it ends a job: of the step before the one that is
/// stuck.
class RescueScope {
 public:
  RescueScope(Watchdog& watchdog, Checkpoints* checkpoints, std::timed_mutex& changing,
              std::function<TrainingState()> state)
      : watchdog_(watchdog) {
    if (checkpoints == nullptr) return;
    watchdog.set_rescue([checkpoints, &changing, state = std::move(state)]() -> std::string {
      const std::unique_lock lock(changing, std::chrono::seconds(1));
      if (!lock) return "";  // the main thread is stuck in the middle of a change
      try {
        return fmt::format("go on from {} with --resume", checkpoints->write(state()));
      } catch (const std::exception& error) {
        return fmt::format("no checkpoint could be written now: {}", error.what());
      }
    });
  }
  ~RescueScope() { watchdog_.set_rescue({}); }
  RescueScope(const RescueScope&) = delete;
  RescueScope& operator=(const RescueScope&) = delete;

 private:
  Watchdog& watchdog_;
};

/// Collective; `checkpoints` is rank 0's.
[[noreturn]] void stop_with_checkpoint(Checkpoints* checkpoints, const TrainingState& state,
                                       const Communicator& comm) {
  std::string path;
  comm.agree([&] {
    if (checkpoints == nullptr) return;
    try {
      path = checkpoints->write(state);
    } catch (const DataError& error) {
      throw DataError(fmt::format(
          "stopped by a signal, but without a checkpoint: {}; older ones are as they were", error.what()));
    }
  });
  throw CollectiveError(fmt::format("stopped by a signal; go on from {} with --resume", path),
                        ExitStatus::requeue);
}

}  // namespace

RunResult fit(const Config& config, Model& model, const SampleSet& train, Validation& validation,
              const StragglerWatch& stragglers, TrainingState state, const RunFiles& files,
              Watchdog& watchdog, const Communicator& comm, bool profile, Log& log) {
  std::timed_mutex changing;  // held while the state is between two steps, and while files are written
  EpochRunner epochs(config, model, train, profile, comm, log, changing);
  WeightUpdate& update = epochs.update();
  if (!state.parameters.empty()) restore(state, model, update);
  describe_learning_rate(config.train, update.schedule(), log);
  if (state.best_parameters.empty())
    state.best_parameters.assign(model.parameters().begin(), model.parameters().end());
  if (config.log.tensorboard) update.watch_gradient_norm();  // by all ranks, or rank 0 would hold them up
  EarlyStopping stopping(config.early_stopping, state.stopping);
  double validate_seconds = 0;
  double save_seconds = 0;
  std::vector<Straggler> slow;
  BestModelFile best_file(files.run, config, model, state.best_parameters);
  const RescueScope rescue(watchdog, files.rescue, changing, [&] { return capture(state, model, update); });

  // Where it cannot be written, the training is worth more than the checkpoint.
  const auto write_checkpoint = [&] {
    progress::set(Activity::writing);
    const std::lock_guard lock(changing);
    try {
      if (files.checkpoints == nullptr) return;
      log.debug("wrote " + files.checkpoints->write(capture(state, model, update)));
    } catch (const DataError& error) {
      log.warning(fmt::format("no checkpoint: {}; the training goes on", error.what()));
    }
  };
  const auto after_step = [&](bool stop, const StepRecord& record) {
    if (files.events != nullptr) files.events->step(record);
    if (stop) stop_with_checkpoint(files.checkpoints, capture(state, model, update), comm);
    if (files.checkpoints != nullptr && files.checkpoints->due(record.step)) write_checkpoint();
  };

  const auto phase_seconds = [&] {
    PhaseSeconds seconds = {
        {"validate", validate_seconds},
        {"metrics", validation.metrics_seconds()},
        {"save", save_seconds},
        {"checkpoint", files.checkpoints != nullptr ? files.checkpoints->seconds() : 0.0}};
    epochs.add_times(seconds);
    return seconds;
  };
  PhaseSeconds told;

  while (state.progress.epoch <= config.train.epochs && !stopping.should_stop()) {
    EpochRecord record = epochs.run(state.progress, after_step);
    const Stopwatch watch;
    progress::set(Activity::validating);
    const auto exchange = [&] {
      const std::lock_guard lock(changing);
      update.exchange_average();
    };
    exchange();  // a moving average of the weights, where one is wanted, is what is validated
    record.validation = validation.run(model);
    validate_seconds += watch.seconds();
    const Stopwatch save_watch;

    progress::set(Activity::writing);
    std::unique_lock lock(changing);
    const bool best = stopping.improved(record.validation);
    state.stopping = stopping.state();
    if (best || !config.early_stopping.restore_best) {
      state.best_parameters.assign(model.parameters().begin(), model.parameters().end());
      state.best_epoch = record.epoch;
    }
    update.exchange_average();
    const bool lower = update.after_epoch(monitored_value(update.monitored(), record.validation));
    state.history.push_back(record);
    state.progress = {record.epoch + 1};
    comm.agree([&] {
      if (files.run == nullptr) return;
      files.run->append_history(record);
      if (state.best_epoch == record.epoch) best_file.changed();
      best_file.keep_up();
    });
    save_seconds += save_watch.seconds();
    lock.unlock();
    if (files.events != nullptr) files.events->epoch(record, model);
    log.info(epoch_line(record, config.train.epochs, best));
    if (log.wants_debug()) {
      const PhaseSeconds before = std::exchange(told, phase_seconds());
      log.debug(phase_line(record.epoch, before, told));
    }
    std::vector<OwnTime> own = epochs.own_times();
    own.push_back(validation.take_own_time());
    for (const Straggler& straggler : stragglers.look(record.epoch, own)) {
      log.warning(describe(straggler));
      slow.push_back(straggler);
    }
    if (lower) log.info(fmt::format("learning rate lowered to {:.3g}", update.next_learning_rate()));
    if (stopping.should_stop() && record.epoch < config.train.epochs) {
      log.info(fmt::format("stopped: {} has not improved for {} epochs", config.early_stopping.monitor,
                           config.early_stopping.patience));
    }
  }
  comm.agree([&] { best_file.finish(); });
  write_checkpoint();  // so that a finished run can be resumed with more epochs

  RunResult result;
  result.stragglers = std::move(slow);
  result.epochs = std::ssize(state.history);
  if (profile) {
    const double flops = static_cast<double>(epochs.epochs_run()) * validation.flops(model);
    log.info(epochs.profile({"validate", validate_seconds, flops}, comm));
  }
  std::copy(state.best_parameters.begin(), state.best_parameters.end(), model.parameters().begin());
  std::vector<double> rates;
  for (const EpochRecord& record : state.history) {
    rates.push_back(record.jets_per_second);
    if (record.epoch == state.best_epoch) result.best = record;
  }
  result.weights_hash = weights_hash(model.parameters());
  result.parameters = model.parameter_count();
  result.jets_per_second = median(rates);
  result.seconds = phase_seconds();
  return result;
}

}  // namespace jetrain
