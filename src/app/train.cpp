#include "train.hpp"

#include <fmt/format.h>

#include <memory>

#include "config_file.hpp"
#include "jetrain/comm/threads.hpp"
#include "jetrain/core/checked_cast.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/data/image_loader.hpp"
#include "jetrain/train/fit.hpp"
#include "jetrain/train/model_file.hpp"

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

}  // namespace

void train(const TrainOptions& options, const Communicator& comm) {
  const Stopwatch total;
  Log log(comm.is_root());

  // 1. The experiment: config, network, a free place for the results. All that can be refused is refused
  // here.
  const Config config = load_config(options.config, options.assignments, true, comm);
  std::unique_ptr<Model> model;
  comm.agree([&] {
    model = std::make_unique<Model>(config.model, input_shape(config.image));
    if (comm.is_root()) RunDirectory::require_free(options.output, options.overwrite);
  });
  model->initialize(config.seed);
  const int threads = set_threads(options.threads, comm);
  describe_workers(config, threads, comm, log);

  // 2. The data: every rank reads its slice, or its share of the cache, and keeps sparse images.
  const Stopwatch reading;
  LoadedImages loaded = load_images(config, {Set::train, Set::validation}, comm,
                                    [&](const std::string& text) { log.line(text); });
  require_both_classes(loaded[Set::train], Set::train, comm);
  require_both_classes(loaded[Set::validation], Set::validation, comm);
  const ImageSet& train_set = loaded[Set::train];
  const std::int64_t validation_jets = loaded[Set::validation].total();
  const std::int64_t train_tops = comm.sum(train_set.images.signal_count());
  describe_data(loaded, train_set, train_tops, validation_jets, reading.seconds(), config.data.cache, log);
  const Validation validation(config.validation, std::move(loaded[Set::validation]), comm);

  // 3. The training, its history and best model on disk as it goes.
  std::unique_ptr<RunDirectory> run;
  comm.agree([&] {
    if (!comm.is_root()) return;
    run = std::make_unique<RunDirectory>(options.output);
    run->write_config(to_yaml(config));
    log.also_to(run->file("log.txt"));
  });
  RunResult result = fit(config, *model, train_set, validation, comm, run.get(), options.profile, log);

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
