#include "run/training_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "comm/threads.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "dataset/fingerprint.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
#include "run/fit.hpp"
#include "train/standardization.hpp"

namespace jetrain {
namespace {

/// Rank 0's newest checkpoint, on all ranks; an empty one where there is none. Collective.
Checkpoint find_checkpoint(const std::string& output, const Config& config, const Communicator& comm,
                           Log& log) {
  Checkpoint found{config, "", {}};
  comm.agree([&] {
    if (!comm.is_root()) return;
    const auto say = [&](LogLevel level, const std::string& text) { log.say(level, text); };
    if (auto newest = Checkpoints::newest(RunDirectory::checkpoints(output), config, say)) {
      found = std::move(*newest);
      const EpochProgress& at = found.state.progress;
      log.info(fmt::format("resumed: {} goes on at epoch {}, after step {}", output, at.epoch, at.steps));
    } else if (RunDirectory::holds_result(output)) {
      throw UsageError(fmt::format(
          "{} holds a finished run without checkpoints: choose another --out, or --overwrite it", output));
    } else {
      log.info(fmt::format("no checkpoint in {}: the training starts at the beginning", output));
    }
  });
  found.data = comm.broadcast(found.data);
  broadcast(found.state, comm);
  return found;
}

void require_same_data(const Checkpoint& checkpoint, const std::string& data) {
  if (checkpoint.data.empty() || checkpoint.data == data) return;
  throw CollectiveError(
      "the jets are not those that the checkpoint was trained on: resume with the same files, data.split and "
      "data.limit (with train.shuffle: local also with as many ranks), or start a new run with another --out",
      ExitStatus::usage);
}

/// A signal before the first step: nothing is lost by stopping here.
void stop_if_asked(const Communicator& comm) {
  if (comm.max(std::int64_t{stop_signal()}) == 0) return;
  throw CollectiveError(
      "stopped by a signal before the first step: nothing is lost; run it again with --resume",
      ExitStatus::requeue);
}

/// Refuses to wait for a value that this network's validation does not give.
void require_monitored(const Config& config, const Model& model) {
  const auto check = [&](const char* key, Monitor monitor) {
    const bool regression = model.input().targets > 0;
    const bool known = [&] {
      switch (monitor) {
        case Monitor::val_loss:
          return true;
        case Monitor::val_accuracy:
          return !regression;
        case Monitor::val_auc:
          return !regression && model.outputs() <= 2;
      }
      return false;
    }();
    if (known) return;
    throw UsageError(fmt::format("{}: {} is not known for {}: use val_loss", key, monitor,
                                 regression ? "a regression" : "more than two classes"));
  };
  check("early_stopping.monitor", config.early_stopping.monitor);
  if (const auto* plateau = std::get_if<PlateauSchedule>(&config.train.schedule.kind))
    check("train.schedule.reduce_on_plateau.monitor", plateau->monitor);
}

}  // namespace

TrainingRun::TrainingRun(const Config& config, std::string output, bool overwrite, bool resume,
                         const Communicator& comm, Log& log)
    : config_(config), output_(std::move(output)), comm_(comm), log_(log), start_{config, "", {}} {
  comm.agree([&] {
    model_ = std::make_unique<Model>(make_model(config));
    require_monitored(config, *model_);
    if (comm.is_root()) RunDirectory::require_free(output_, overwrite || resume);
  });
  model_->initialize(config.seed);
  if (resume) start_ = find_checkpoint(output_, config, comm, log);
}

/// Refuses a set that nothing can be learned from, or with labels that the network has no output for.
void TrainingRun::require_trainable(const SampleSet& set, Set which) const {
  if (!config_.data.arrays.used()) return require_both_classes(set, which, comm_);
  require_samples(set, which);
  if (model_->input().targets > 0) {
    if (model_->input().targets == model_->outputs()) return;
    throw CollectiveError(
        fmt::format("the network has {} outputs, but {} has {} values a row: give the last layer "
                    "that many units",
                    model_->outputs(), config_.data.arrays.labels, model_->input().targets),
        ExitStatus::usage);
  }
  std::int64_t largest = 0;
  for (std::int64_t i = 0; i < set.samples.size(); ++i)
    largest = std::max<std::int64_t>(largest, set.samples[i].label);
  largest = comm_.max(largest);
  if (largest < std::max<std::int64_t>(2, model_->outputs())) return;
  throw CollectiveError(
      fmt::format("{} has the class {}, but the network has outputs for {} classes only",
                  config_.data.arrays.labels, largest, std::max<std::int64_t>(2, model_->outputs())),
      ExitStatus::usage);
}

void TrainingRun::take_data(SampleSet train, SampleSet validation) {
  require_trainable(train, Set::train);
  require_trainable(validation, Set::validation);
  data_ = fmt::format("{}-{}{}", fingerprint(train, comm_), fingerprint(validation, comm_),
                      config_.train.shuffle == Shuffle::local ? fmt::format("-{}", comm_.size()) : "");
  require_same_data(start_, data_);
  train_ = std::move(train);
  validation_jets_ = validation.total();
  validation_ = std::move(validation);
  standardize(config_, *model_, train_, comm_);
}

RunResult TrainingRun::run(const LoadedSamples& read, int threads, bool profile, Watchdog& watchdog) {
  Validation validation(config_.validation, std::move(validation_), comm_);
  stop_if_asked(comm_);
  std::optional<RunDirectory> run;
  std::optional<Checkpoints> checkpoints;
  std::optional<TrainingEvents> events;
  comm_.agree([&] {
    if (comm_.rank() < 2) checkpoints.emplace(RunDirectory::checkpoints(output_), config_, data_);
    if (!comm_.is_root()) return;
    const TrainingState& state = start_.state;
    const bool begun = !state.parameters.empty();
    run = begun ? RunDirectory::reopen(output_, state.history) : RunDirectory::create(output_);
    run->write_config(to_yaml(config_));
    if (state.best_epoch > 0) save_model(run->file("best.h5"), config_, *model_, state.best_parameters);
    log_.also_to(run->file("log.txt"));
    if (config_.log.tensorboard) events.emplace(config_.log, RunDirectory::events(output_), log_);
  });
  Checkpoints* const rescue = checkpoints ? &*checkpoints : nullptr;
  const RunFiles files{run ? &*run : nullptr, comm_.is_root() ? rescue : nullptr, events ? &*events : nullptr,
                       rescue};
  const StragglerWatch stragglers(config_.train.straggler_factor, comm_);
  const double read_seconds = read.read_seconds + read.preprocess_seconds;
  const std::vector<Straggler> slow_readers =
      stragglers.look(0, {{"reading", read_seconds, static_cast<double>(read.own_rows)}});
  for (const Straggler& slow : slow_readers) log_.warning(describe(slow));
  RunResult result = fit(config_, *model_, train_, validation, stragglers, std::move(start_.state), files,
                         watchdog, comm_, profile, log_);
  result.stragglers.insert(result.stragglers.begin(), slow_readers.begin(), slow_readers.end());
  progress::set(progress::Activity::ending);

  result.training_jets = train_.total();
  result.validation_jets = validation_jets_;
  result.skipped_rows = read.rows_skipped;
  result.ranks = comm_.size();
  result.threads = threads;
  result.peak_rss_bytes = comm_.max(peak_rss_bytes());
  result.seconds["read"] = read.read_seconds;
  result.seconds["preprocess"] = read.preprocess_seconds;
  result.seconds["total"] = total_.seconds();
  for (auto& [phase, seconds] : result.seconds) seconds = comm_.max(seconds);
  comm_.agree([&] {
    if (run) run->write_result(result);
  });
  return result;
}

}  // namespace jetrain
