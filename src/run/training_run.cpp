#include "run/training_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>

#include "comm/threads.hpp"
#include "config/class_names.hpp"
#include "core/file_names.hpp"
#include "core/out_of_memory.hpp"
#include "core/progress.hpp"
#include "core/record_json.hpp"
#include "core/stop_signal.hpp"
#include "core/untrainable.hpp"
#include "dataset/fingerprint.hpp"
#include "inference/model_file.hpp"
#include "jetrain/error.hpp"
#include "run/best_model_file.hpp"
#include "run/checkpoint_keeper.hpp"
#include "run/history_file.hpp"
#include "run/monitors.hpp"
#include "run/rescue.hpp"
#include "run/start_weights.hpp"
#include "run/trainable_sets.hpp"
#include "run/training_events.hpp"
#include "run/training_lines.hpp"
#include "run/weighing.hpp"
#include "samples/sample_layout.hpp"
#include "train/standardization.hpp"
#include "train/teacher.hpp"

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
  found.start = comm.broadcast(found.start);
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

/// What each phase that rank 0 knows took on the slowest rank; other ranks may know fewer. Collective.
PhaseSeconds largest_by_phase(const PhaseSeconds& mine, const Communicator& comm) {
  std::string phases;
  for (const auto& [phase, seconds] : mine) phases += phase + "\n";
  std::istringstream names(comm.broadcast(phases));
  PhaseSeconds largest;
  for (std::string phase; std::getline(names, phase);) {
    const auto own = mine.find(phase);
    largest[phase] = comm.max(own == mine.end() ? 0.0 : own->second);
  }
  return largest;
}

/// A signal before the first step: nothing is lost by stopping here.
void stop_if_asked(const Communicator& comm) {
  if (comm.max(std::int64_t{stop_signal()}) == 0) return;
  throw CollectiveError(
      "stopped by a signal before the first step: nothing is lost; run it again with --resume",
      ExitStatus::requeue);
}

}  // namespace

TrainingRun::TrainingRun(const Config& config, std::string output, bool overwrite, bool resume,
                         const Communicator& comm, Log& log)
    : config_(config), output_(std::move(output)), comm_(comm), log_(log), start_{config, "", {}} {
  comm.agree([&] {
    model_ = std::make_unique<Model>(make_model(config));
    require_monitored(config, *model_);
    if (config.train.reweight.used())
      static_cast<void>(class_to_follow(config, std::max<std::int64_t>(2, model_->outputs())));
    if (!writes() || !comm.is_root()) return;
    if (overwrite) require_kept(config, output_);
    find_place(overwrite, resume);
  });
  model_->initialize(config.seed);
  if (writes() && resume) start_ = find_checkpoint(output_, config, comm, log);
  begin_weights();
}

/// What a training takes from other runs must not be of the one that it overwrites. On one rank.
void TrainingRun::require_kept(const Config& config, const std::string& output) {
  const auto whole = [](const std::string& path) {
    std::error_code failure;
    return std::filesystem::weakly_canonical(with_home(path), failure).string();
  };
  const auto require = [&](const char* key, const std::string& path) {
    if (path.empty() || !whole(path).starts_with(whole(output) + "/")) return;
    throw UsageError(
        fmt::format("{}: {} lies in {}, which --overwrite clears: choose another --out", key, path, output));
  };
  require("train.start.model", config.train.start.model);
  require("train.teacher.scores", config.train.teacher.scores);
  for (const std::string& model : config.train.teacher.model) require("train.teacher.model", model);
}

/// A checkpoint has the weights: what they began with is not read again. Collective.
void TrainingRun::begin_weights() {
  if (!start_.state.parameters.empty()) {
    comm_.agree([&] { began_ = parse_start(start_.start, "the checkpoint"); });
  } else if (config_.train.start.used()) {
    began_ = start_from_weights(config_, *model_, comm_, log_);
  } else if (model_->frozen_count() > 0) {
    log_.warning("train.freeze without train.start: the frozen layers keep random weights");
  }
  notes_.start = start_text(began_);
}

/// On rank 0. A folder that is not there is made, and locked, when there is something to write.
void TrainingRun::find_place(bool overwrite, bool resume) {
  lock_ = std::make_unique<RunLock>(output_);
  std::error_code absent;
  const bool there = std::filesystem::is_directory(output_, absent);
  if (!there || access(output_.c_str(), W_OK | X_OK) != 0) {
    RunDirectory::require_free(output_, overwrite || resume);
    return;
  }
  lock_->take();
  RunDirectory::require_free(output_, overwrite || resume);
}

void TrainingRun::take_data(SampleSet train, SampleSet validation) {
  const TrainableSets sets(config_, *model_, comm_, log_);
  sets.require_trainable(train, Set::train);
  sets.require_trainable(validation, Set::validation);
  if (config_.train.teacher.used()) comm_.agree([&] { sets.require_taught(train); });
  const std::string of_train = fingerprint(train, comm_);
  const std::string of_validation = fingerprint(validation, comm_);
  if (of_train == of_validation)
    log_.warning(
        "the training and validation sets are the same jets, so that validation says nothing of other ones: "
        "is one file a copy of the other?");
  data_ = fmt::format("{}-{}{}", of_train, of_validation,
                      config_.train.shuffle == Shuffle::local ? fmt::format("-{}", comm_.size()) : "");
  require_same_data(start_, data_);
  train_ = std::move(train);
  validation_jets_ = validation.total();
  background_jets_ = sets.fewest_background(validation);
  validation_ = std::move(validation);
  weigh();
  standardize(config_, *model_, train_, comm_, began_.link.taken);
}

/// Brings the weights of both sets to mean 1, those of the training set after its reweighting. Collective.
void TrainingRun::weigh() {
  const ReweightConfig& reweighting = config_.train.reweight;
  if (reweighting.used()) {
    const std::int64_t classes = std::max<std::int64_t>(2, model_->outputs());
    reweighting_ = reweight(reweighting, class_to_follow(config_, classes), train_, comm_);
    notes_.reweighting = json_text(json_of(reweighting_));
    log_.info(reweighting_line(reweighting_, train_.total()));
  }
  normalize_weights(train_, Set::train, comm_);
  normalize_weights(validation_, Set::validation, comm_);
  const SetWeights weights = weights_of(train_, comm_);
  if (!weights.all_one) log_.info(weights_line(weights));
}

/// On rank 0.
void TrainingRun::open_directory() {
  const TrainingState& state = start_.state;
  const bool begun = !state.parameters.empty();
  if (!lock_->is_taken()) {  // another job may have been here meanwhile
    RunDirectory::make_folder(output_);
    lock_->take();
    RunDirectory::require_free(output_, false);
  }
  if (!lock_->are_known())
    log_.warning(
        fmt::format("the file system of {} knows no locks: see that no other job trains there", output_));
  directory_ = begun ? RunDirectory::reopen(output_, state.history) : RunDirectory::create(output_);
  Checkpoints::clear_leftovers(RunDirectory::checkpoints(output_));
  directory_->write_config(to_yaml(config_));
  if (state.best_epoch > 0)
    save_model(directory_->file("best.h5"), config_, *model_, state.best_parameters, notes_);
  log_.also_to(directory_->file("log.txt"));
}

std::vector<std::unique_ptr<TrainingObserver>> TrainingRun::observers(Trainer& trainer,
                                                                      const StragglerWatch& watch) {
  std::vector<std::unique_ptr<TrainingObserver>> all;
  if (!comm_.is_root()) return all;
  if (directory_) {
    all.push_back(std::make_unique<HistoryFile>(*directory_));
    all.push_back(
        std::make_unique<BestModelFile>(*directory_, config_, *model_, trainer.kept_weights(), notes_));
    if (config_.log.tensorboard)
      all.push_back(std::make_unique<TrainingEvents>(config_.log, RunDirectory::events(output_), log_));
  }
  all.push_back(std::make_unique<EpochLines>(
      config_, trainer.schedule(), [&] { return trainer.phase_seconds(); }, log_));
  all.push_back(std::make_unique<StragglerLines>(watch, stragglers_, log_));
  all.push_back(std::make_unique<RejectionNotes>(config_, background_jets_, log_));
  all.push_back(std::make_unique<CourseLines>(config_, log_));
  if (directory_) {
    const Say say = [&](LogLevel level, const std::string& text) { log_.say(level, text); };
    all.push_back(std::make_unique<CheckpointKeeper>(
        config_.checkpoint, *checkpoints_, [&] { return trainer.snapshot(); },
        !began_.empty() && !checkpoints_->known(), say));
  }
  return all;
}

/// Collective.
TrainingOutcome TrainingRun::train(Validation& validation, const StragglerWatch& watch, bool profile,
                                   RescueScope* rescue) {
  const auto made = memory_for("the gradients, the optimizer's state and copies of the weights", [&] {
    return std::make_unique<Trainer>(
        config_, *model_, train_, validation, std::move(start_.state), comm_,
        TrainerOptions{.profile = profile, .best_file = writes() ? "best.h5" : ""});
  });
  Trainer& trainer = *made;
  const std::vector<std::unique_ptr<TrainingObserver>> own = observers(trainer, watch);
  for (const auto& observer : own) trainer.add(*observer);
  for (TrainingObserver* guest : guests_) trainer.add(*guest);
  if (rescue == nullptr) return trainer.run();
  return rescue->training(trainer, [&] { return trainer.run(); });
}

/// Of the best weights, which the model has now, on rank 0; of two classes the metrics say all. Collective.
std::vector<ClassFigures> TrainingRun::figures_of_classes(Validation& validation) const {
  if (model_->input().targets > 0 || model_->outputs() <= 2) return {};
  const ScoredJets scored = validation.score(*model_);
  if (!comm_.is_root()) return {};
  return class_figures(scored, class_names(config_.data, model_->outputs()));
}

RateCurve TrainingRun::sweep(const RateSweep& sweep) {
  const auto after_step = [&](const RatePoint& point) {
    if (!log_.progress_due(point.step == sweep.steps)) return;
    log_.progress(fmt::format("step {}/{}  learning rate {:.2e}  loss {:.4f}", point.step, sweep.steps,
                              point.learning_rate, point.loss));
  };
  return memory_for("the gradients and the optimizer's state",
                    [&] { return sweep_rates(sweep, config_, *model_, train_, after_step, comm_); });
}

RunResult TrainingRun::run(const LoadedSamples& read, int threads, bool profile, Watchdog& watchdog) {
  Validation validation(config_.validation, std::move(validation_), comm_);
  stop_if_asked(comm_);
  teacher_ = read.teacher;
  if (!teacher_.empty()) {
    measure_teacher(train_, teacher_, comm_);
    say_of_teacher(teacher_, config_.train.teacher,
                   [&](LogLevel level, const std::string& text) { log_.say(level, text); });
  }
  if (pause_after_ > 0)
    guests_.push_back(&pause_.emplace(
        pause_after_, config_.train.epochs, start_.state.progress.epoch - 1,
        EarlyStopping(config_.early_stopping, start_.state.stopping).end(start_.state.history).has_value()));
  std::optional<RescueScope> rescue;
  comm_.agree([&] {
    if (!writes()) return;
    std::optional<EpochProgress> begun;
    if (!start_.state.parameters.empty()) begun = start_.state.progress;
    if (comm_.rank() < 2) {
      checkpoints_.emplace(RunDirectory::checkpoints(output_), config_, data_, comm_.rank(), begun,
                           notes_.start);
      rescue.emplace(watchdog, *checkpoints_);
    }
    if (comm_.is_root()) open_directory();
  });
  const StragglerWatch watch(config_.train.straggler_factor, comm_);
  const double read_seconds = read.read_seconds + read.preprocess_seconds;
  stragglers_ = watch.look(0, {{"reading", read_seconds, static_cast<double>(read.own_rows)}});
  for (const Straggler& slow : stragglers_) log_.warning(describe(slow));
  TrainingOutcome outcome = train(validation, watch, profile, rescue ? &*rescue : nullptr);
  if (!outcome.profile.empty()) log_.lines(outcome.profile);
  std::copy(outcome.weights.begin(), outcome.weights.end(), model_->parameters().begin());
  std::vector<ClassFigures> classes = figures_of_classes(validation);
  progress::set(progress::Activity::ending);

  RunResult result;
  result.classes = std::move(classes);
  result.weights_hash = outcome.weights_hash;
  result.best = outcome.best;
  const EarlyStoppingConfig& stopping = config_.early_stopping;
  result.best_by = stopping.restore_best ? word_of(stopping.choice().monitor).text : "last_epoch";
  result.ended_by = outcome.end.by;
  result.ended = outcome.end.why;
  result.epochs = outcome.epochs;
  result.parameters = model_->parameter_count();
  result.training_jets = train_.total();
  result.validation_jets = validation_jets_;
  result.skipped_rows = read.rows_skipped;
  result.ranks = comm_.size();
  result.threads = threads;
  result.jets_per_second = outcome.jets_per_second;
  result.peak_rss_bytes = comm_.max(peak_rss_bytes());
  result.seconds = std::move(outcome.seconds);
  result.seconds["read"] = read.read_seconds;
  result.seconds["preprocess"] = read.preprocess_seconds;
  result.seconds["total"] = total_.seconds();
  for (const char* of_rank_0 : {"save", "checkpoint"}) result.seconds.try_emplace(of_rank_0, 0.0);
  result.seconds = largest_by_phase(result.seconds, comm_);
  result.stragglers = stragglers_;
  result.reweighting = reweighting_;
  result.teacher = teacher_;
  result.start = began_;
  result.paused = pause_ && pause_->is_pause();
  if (result.paused) result.ended = fmt::format("a search paused it after {} epochs", result.epochs);
  comm_.agree([&] {
    if (directory_) directory_->write_result(result);
  });
  return result;
}

}  // namespace jetrain
