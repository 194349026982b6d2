#include "describe.hpp"

#include <fmt/format.h>

#include <cmath>

#include "jetrain/core/checked_cast.hpp"
#include "jetrain/kernels/lanes.hpp"

namespace jetrain {

void describe_workers(const Config& config, int threads, const Watchdog& watchdog, const Communicator& comm,
                      Log& log) {
  if (watchdog.unwatched() > 0) {
    log.line(fmt::format("warning: {} ranks cannot reach rank 0 by TCP, so nobody will notice if they hang",
                         watchdog.unwatched()));
  }
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

void describe_data(const Config& config, const LoadedImages& loaded, double seconds, const Communicator& comm,
                   Log& log) {
  const ImageSet& train = loaded[Set::train];
  const std::int64_t tops = comm.sum(train.images.signal_count());
  const std::string share = config.data.arrays.used() || train.total() == 0
                                ? ""
                                : fmt::format(" ({:.1f} % tops)", 100.0 * static_cast<double>(tops) /
                                                                      static_cast<double>(train.total()));
  log.line(fmt::format("read {} rows{} in {:.1f} s ({:.0f} jets/s): {} train{}, {} validate",
                       loaded.rows_read, loaded.from_cache ? " from the cache " + config.data.cache : "",
                       seconds, static_cast<double>(loaded.rows_read) / seconds, train.total(), share,
                       loaded[Set::validation].total()));
  if (loaded.rows_skipped > 0) log.line(fmt::format("warning: {} bad rows skipped", loaded.rows_skipped));
}

void describe_result(const RunResult& result, const std::string& output, Log& log) {
  const Metrics& best = result.best.validation;
  std::string line = fmt::format("best: epoch {}  val_loss {:.4f}", result.best.epoch, best.loss);
  if (!std::isnan(best.accuracy)) line += fmt::format("  val_acc {:.4f}", best.accuracy);
  if (!std::isnan(best.auc)) {
    line += fmt::format("  val_auc {:.4f}  1/eB at eS 0.3: {:.0f}, 0.5: {:.0f}", best.auc, best.rejection_30,
                        best.rejection_50);
  }
  log.line(line);
  log.line(fmt::format("{}/best.h5  weights {}  {:.0f} jets/s  {:.0f} MB a rank", output, result.weights_hash,
                       result.jets_per_second, static_cast<double>(result.peak_rss_bytes) / 1e6));
}

}  // namespace jetrain
