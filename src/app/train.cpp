#include "train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "config_file.hpp"
#include "jetrain/comm/threads.hpp"
#include "jetrain/comm/watchdog.hpp"
#include "jetrain/core/checked_cast.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/core/progress.hpp"
#include "jetrain/core/stop_signal.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/data/array_loader.hpp"
#include "jetrain/data/fingerprint.hpp"
#include "jetrain/data/image_loader.hpp"
#include "jetrain/train/fit.hpp"
#include "jetrain/train/model_file.hpp"
#include "jetrain/train/standardization.hpp"

namespace jetrain {
namespace {

void describe_workers(const Config& config, int threads, const Communicator& comm, Log& log) {
  const std::int64_t leaves = ceil_divide(config.train.batch_size, kLanes);
  log.line(fmt::format("{} rank{} x {} thread{}; global batch {}: {} leaves of {} jets a step", comm.size(),
                       comm.size() == 1 ? "" : "s", threads, threads == 1 ? "" : "s", config.train.batch_size,
                       leaves, kLanes));
  const std::int64_t workers = std::int64_t{comm.size()} * threads;
  if (leaves < workers) {
    log.line(fmt::format("warning: {} leaves for {} workers: {} of them idle; use a batch of at least {}",
                         leaves, workers, workers - leaves, workers * kLanes));
  }
  if (config.train.shuffle == "local" && comm.size() > 1) {
    log.line("note: shuffle: local makes the order, and so the weights, depend on the number of ranks");
  }
}

void describe_data(const LoadedImages& loaded, const ImageSet& train_set, std::int64_t train_tops,
                   std::int64_t validation_jets, double seconds, const std::string& cache, Log& log) {
  log.line(fmt::format("read {} rows{} in {:.1f} s ({:.0f} jets/s): {} train ({:.1f} % tops), {} validate",
                       loaded.rows_read, loaded.from_cache ? " from the cache " + cache : "", seconds,
                       static_cast<double>(loaded.rows_read) / seconds, train_set.total(),
                       100.0 * static_cast<double>(train_tops) / static_cast<double>(train_set.total()),
                       validation_jets));
  if (loaded.rows_skipped > 0) log.line(fmt::format("warning: {} bad rows skipped", loaded.rows_skipped));
}

/// Rank 0's newest checkpoint, on all ranks; an empty one where there is none. Collective.
Checkpoint find_checkpoint(const std::string& output, const Config& config, const Communicator& comm,
                           Log& log) {
  Checkpoint found{config, "", {}};
  comm.agree([&] {
    if (!comm.is_root()) return;
    const auto say = [&](const std::string& text) { log.line(text); };
    if (auto newest = Checkpoints::newest(RunDirectory::checkpoints(output), config, say)) {
      found = std::move(*newest);
      const EpochProgress& at = found.state.progress;
      log.line(fmt::format("resumed: {} goes on at epoch {}, after step {}", output, at.epoch, at.steps));
    } else if (RunDirectory::holds_result(output)) {
      throw UsageError(fmt::format(
          "{} holds a finished run without checkpoints: choose another --out, or --overwrite it", output));
    } else {
      log.line(fmt::format("no checkpoint in {}: the training starts at the beginning", output));
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

/// Refuses a set that nothing can be learned from, or with labels that the network has no output for.
void require_trainable(const Config& config, const Model& model, const ImageSet& set, Set which,
                       const Communicator& comm) {
  if (!config.data.arrays.used()) return require_both_classes(set, which, comm);
  require_samples(set, which);
  if (model.input().targets > 0) {
    if (model.input().targets == model.outputs()) return;
    throw CollectiveError(fmt::format("the network has {} outputs, but {} has {} values a row: give the last layer "
                                      "that many units",
                                      model.outputs(), config.data.arrays.labels, model.input().targets),
                          ExitStatus::usage);
  }
  std::int64_t largest = 0;
  for (std::int64_t i = 0; i < set.images.size(); ++i)
    largest = std::max<std::int64_t>(largest, set.images[i].label);
  largest = comm.max(largest);
  if (largest < std::max<std::int64_t>(2, model.outputs())) return;
  throw CollectiveError(fmt::format("{} has the class {}, but the network has outputs for {} classes only",
                                    config.data.arrays.labels, largest,
                                    std::max<std::int64_t>(2, model.outputs())),
                        ExitStatus::usage);
}

/// A signal before the first step: nothing is lost by stopping here.
void stop_if_asked(const Communicator& comm) {
  if (comm.max(std::int64_t{stop_signal()}) == 0) return;
  throw CollectiveError(
      "stopped by a signal before the first step: nothing is lost; run it again with --resume",
      ExitStatus::requeue);
}

}  // namespace

void train(const TrainOptions& options, const Communicator& comm) {
  const Stopwatch total;
  catch_stop_signals();
  Log log(comm.is_root());

  // 1. The experiment: config, network, a free place for the results. All that can be refused is refused
  // here.
  Config config = load_config(options.config, options.assignments, true, comm);
  complete_arrays(config, comm);
  std::unique_ptr<Model> model;
  comm.agree([&] {
    model = std::make_unique<Model>(make_model(config));
    if (comm.is_root()) RunDirectory::require_free(options.output, options.overwrite || options.resume);
  });
  model->initialize(config.seed);
  Checkpoint start{config, "", {}};
  if (options.resume) start = find_checkpoint(options.output, config, comm, log);
  const int threads = set_threads(options.threads, comm);
  Watchdog watchdog(config.train.stall_seconds, comm);
  if (watchdog.unwatched() > 0) {
    log.line(fmt::format("warning: {} ranks cannot reach rank 0 by TCP, so nobody will notice if they hang",
                         watchdog.unwatched()));
  }
  describe_workers(config, threads, comm, log);

  // 2. The data: every rank reads its slice, or its share of the cache, and keeps sparse images.
  const Stopwatch reading;
  progress::set(progress::Activity::reading);
  LoadedImages loaded = load_images(config, {Set::train, Set::validation}, comm,
                                    [&](const std::string& text) { log.line(text); });
  require_trainable(config, *model, loaded[Set::train], Set::train, comm);
  require_trainable(config, *model, loaded[Set::validation], Set::validation, comm);
  const ImageSet& train_set = loaded[Set::train];
  const std::int64_t validation_jets = loaded[Set::validation].total();
  const std::int64_t train_tops = comm.sum(train_set.images.signal_count());
  describe_data(loaded, train_set, train_tops, validation_jets, reading.seconds(), config.data.cache, log);
  const std::string data =
      fmt::format("{}-{}{}", fingerprint(train_set, comm), fingerprint(loaded[Set::validation], comm),
                  config.train.shuffle == "local" ? fmt::format("-{}", comm.size()) : "");
  require_same_data(start, data);
  const Validation validation(config.validation, std::move(loaded[Set::validation]), comm);

  standardize(config, *model, train_set, comm);

  // 3. The training, its history and best model on disk as it goes.
  stop_if_asked(comm);
  std::optional<RunDirectory> run;
  std::optional<Checkpoints> checkpoints;
  comm.agree([&] {
    if (comm.rank() < 2) checkpoints.emplace(RunDirectory::checkpoints(options.output), config, data);
    if (!comm.is_root()) return;
    const TrainingState& state = start.state;
    const bool begun = !state.parameters.empty();
    run = begun ? RunDirectory::reopen(options.output, state.history) : RunDirectory::create(options.output);
    run->write_config(to_yaml(config));
    if (state.best_epoch > 0) save_model(run->file("best.h5"), config, *model, state.best_parameters);
    log.also_to(run->file("log.txt"));
  });
  Checkpoints* const rescue = checkpoints ? &*checkpoints : nullptr;
  const RunFiles files{run ? &*run : nullptr, comm.is_root() ? rescue : nullptr, rescue};
  RunResult result = fit(config, *model, train_set, validation, std::move(start.state), files, watchdog, comm,
                         options.profile, log);
  progress::set(progress::Activity::ending);

  // 4. What came of it.
  result.training_jets = train_set.total();
  result.validation_jets = validation_jets;
  result.skipped_rows = loaded.rows_skipped;
  result.ranks = comm.size();
  result.threads = threads;
  result.peak_rss_bytes = comm.max(peak_rss_bytes());
  result.seconds["read"] = loaded.read_seconds;
  result.seconds["preprocess"] = loaded.preprocess_seconds;
  result.seconds["total"] = total.seconds();
  for (auto& [phase, seconds] : result.seconds) seconds = comm.max(seconds);
  comm.agree([&] {
    if (run) run->write_result(result);
  });
  const Metrics& best = result.best.validation;
  log.line(fmt::format(
      "best: epoch {}  val_loss {:.4f}  val_acc {:.4f}  val_auc {:.4f}  1/eB at eS 0.3: {:.0f}, 0.5: {:.0f}",
      result.best.epoch, best.loss, best.accuracy, best.auc, best.rejection_30, best.rejection_50));
  log.line(fmt::format("{}/best.h5  weights {}  {:.0f} jets/s  {:.0f} MB a rank", options.output,
                       result.weights_hash, result.jets_per_second,
                       static_cast<double>(result.peak_rss_bytes) / 1e6));
}

}  // namespace jetrain
