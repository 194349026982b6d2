#include "app/describe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <mpi.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <tuple>

#include "app/class_tables.hpp"
#include "comm/placement.hpp"
#include "core/checked_cast.hpp"
#include "core/printable_text.hpp"
#include "io/hdf5.hpp"
#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "row_kernels/product_choice.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {

namespace {

/// "Open MPI v4.1.4", of a text that goes on.
std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string whole(text.data(), static_cast<std::size_t>(length));
  return whole.substr(0, whole.find_first_of(",\n"));
}

std::string gigabytes(std::int64_t bytes) {
  return fmt::format("{:.0f} GB", static_cast<double>(bytes) / 1e9);
}

/// "0-15", or where ranks go round the hosts "0,16 ... 1008".
std::string rank_numbers(const std::vector<int>& ranks) {
  constexpr std::size_t kWidth = 11;
  const std::string all = number_ranges(ranks);
  return all.size() <= kWidth ? all : fmt::format("{},{} ... {}", ranks[0], ranks[1], ranks.back());
}

/// One line for the ranks of a host that differ in nothing but their cores.
std::string placement_table(const std::vector<Placement>& places) {
  struct Line {
    std::vector<int> ranks;
    std::vector<int> cpus;  // of all of them, some more than once
  };
  std::vector<Line> lines;
  std::map<std::tuple<std::string, int, std::size_t, double>, std::size_t> line_of;
  for (std::size_t rank = 0; rank < places.size(); ++rank) {
    const Placement& p = places[rank];
    const auto found = line_of.try_emplace({p.host, p.threads, p.cpus.size(), p.quota}, lines.size()).first;
    if (found->second == lines.size()) lines.emplace_back();
    Line& line = lines[found->second];
    line.ranks.push_back(static_cast<int>(rank));
    line.cpus.insert(line.cpus.end(), p.cpus.begin(), p.cpus.end());
  }
  std::string text = fmt::format("{:<20}{:>12}{:>9}  {:<28}{:>8}", "host", "ranks", "threads",
                                 "cores a thread may use", "memory");
  for (auto& [ranks, cpus] : lines) {
    const Placement& p = places[static_cast<std::size_t>(ranks.front())];
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    const bool apart = cpus.size() == p.cpus.size() * ranks.size();
    std::string cores = ranks.size() == 1 ? number_ranges(cpus)
                                          : fmt::format("{} of {}{}", p.cpus.size(), number_ranges(cpus),
                                                        apart ? ", its rank's own" : "");
    if (p.quota < static_cast<double>(p.cpus.size())) cores += fmt::format(", time of {:.4g}", p.quota);
    text += fmt::format("\n{:<20}{:>12}{:>9}  {:<28}{:>8}", printable_line(p.host), rank_numbers(ranks),
                        p.threads, cores, gigabytes(p.memory_bytes));
  }
  return text;
}

/// HDF5 locks the files that it writes; where the file system cannot, it must be told not to.
bool can_lock_files_in(std::string folder) {
  namespace fs = std::filesystem;
  fs::path existing = fs::absolute(folder);
  std::error_code ignored;
  while (!fs::exists(existing, ignored) && existing.has_relative_path()) existing = existing.parent_path();
  const int file = open(existing.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return true;  // another message's matter
  const bool refused = flock(file, LOCK_SH | LOCK_NB) != 0 && errno != EWOULDBLOCK && errno != EINTR;
  close(file);
  return !refused;
}

}  // namespace

void describe_workers(const Config& config, const std::string& output, int threads, const Watchdog& watchdog,
                      const Communicator& comm, Log& log) {
  const std::vector<Placement> places = gather_placements(threads, comm);
  std::string products = "own kernels, no BLAS";
  if (config.input == InputKind::constituents) {
    // Each rank chooses for itself, before its threads are at work.
    comm.agree([&] { products = kernels::products_in_words(); });
  }
  if (!comm.is_root()) return;
  const std::int64_t leaves = ceil_divide(config.train.batch_size, kLanes);
  const std::int64_t workers = std::int64_t{comm.size()} * threads;
  log.info(fmt::format("jetrain " JETRAIN_VERSION ", {}; {}; HDF5 {}; {}", kernels::instruction_set(),
                       mpi_version(), hdf5::library_version(), products));
  log.lines(placement_table(places));
  log.info(fmt::format("{} rank{} x {} thread{}; global batch {}: {} leaves of {} jets a step, {} a worker",
                       comm.size(), comm.size() == 1 ? "" : "s", threads, threads == 1 ? "" : "s",
                       config.train.batch_size, leaves, kLanes,
                       leaves % workers == 0 || leaves < workers
                           ? fmt::format("{}", ceil_divide(leaves, workers))
                           : fmt::format("{} or {}", leaves / workers, leaves / workers + 1)));
  for (const std::string& warning : placement_warnings(places)) log.warning(warning);
  if (leaves < workers) {
    log.warning(fmt::format("batch {} is {} lea{}; {} of your {} workers idle: use a batch of at least {}",
                            config.train.batch_size, leaves, leaves == 1 ? "f" : "ves", workers - leaves,
                            workers, workers * kLanes));
  }
  if (!can_lock_files_in(output) && std::getenv("HDF5_USE_FILE_LOCKING") == nullptr) {
    log.warning(
        fmt::format("the file system of {} has no file locks, which HDF5 wants: export "
                    "HDF5_USE_FILE_LOCKING=FALSE",
                    output));
  }
  if (!watchdog.listened().empty()) log.debug("the ranks' watchdogs met at " + watchdog.listened());
  if (watchdog.unwatched() > 0) {
    log.warning(fmt::format(
        "{} ranks cannot reach rank 0 by TCP{}, so nobody will notice if they hang", watchdog.unwatched(),
        watchdog.out_of_files() ? ", which may not open enough files (raise ulimit -n)" : ""));
  }
  if (config.train.shuffle == Shuffle::local && comm.size() > 1) {
    log.info("note: shuffle: local makes the order, and so the weights, depend on the number of ranks");
  }
}

void describe_validation(const Config& config, const LoadedSamples& loaded, const Communicator& comm,
                         Log& log) {
  if (comm.size() == 1) return;
  // A training step is the forward pass, and as much again for each of the two gradients.
  const auto epoch = 3.0 * static_cast<double>(loaded[Set::train].total()) / comm.size();
  const auto alone = static_cast<double>(loaded[Set::validation].total());
  const double shared = alone / comm.size();
  const auto share = [&](double cost) { return 100 * cost / (epoch + cost); };
  const bool root = config.validation.ranks == ValidationRanks::root;
  const std::string text =
      fmt::format("validation.ranks: {}; validation then takes about {:.0f} % of the time{}",
                  config.validation.ranks, share(root ? alone : shared),
                  root ? fmt::format(" (ranks: all: {:.0f} %, same bits)", share(shared))
                       : fmt::format(" (ranks: root: {:.0f} %)", share(alone)));
  const bool dear = root && share(alone) > 2 * share(shared) && share(alone) > 20;
  log.say(dear ? LogLevel::warning : LogLevel::info, text);
}

void describe_data(const Config& config, const LoadedSamples& loaded, double seconds,
                   const Communicator& comm, Log& log) {
  const SampleSet& train = loaded[Set::train];
  const std::int64_t tops = comm.sum(train.samples.signal_count());
  const std::string share =
      labels_of(config.data) != Labels::jets || train.total() == 0
          ? ""
          : fmt::format(" ({:.1f} % {})",
                        100.0 * static_cast<double>(tops) / static_cast<double>(train.total()),
                        config.data.classes.empty() ? "tops" : config.data.classes.back());
  log.info(fmt::format("read {} rows{} in {:.1f} s ({:.0f} jets/s): {} train{}, {} validate",
                       loaded.rows_read, loaded.from_cache ? " from the cache " + config.data.cache : "",
                       seconds, static_cast<double>(loaded.rows_read) / seconds, train.total(), share,
                       loaded[Set::validation].total()));
  if (loaded.rows_skipped > 0) log.warning(fmt::format("{} bad rows skipped", loaded.rows_skipped));
}

void describe_result(const RunResult& result, const std::string& output, Log& log) {
  const Metrics& best = result.best.validation;
  const std::string which = result.best_by == "last_epoch" ? "the last" : "best by " + result.best_by;
  std::string line = fmt::format("{}: epoch {}  val_loss {:.4f}", which, result.best.epoch, best.loss);
  if (!std::isnan(best.accuracy)) line += fmt::format("  val_acc {:.4f}", best.accuracy);
  if (!std::isnan(best.auc)) {
    line += fmt::format("  val_auc {:.4f}  1/eB at eS 0.3: {:.0f}, 0.5: {:.0f}", best.auc, best.rejection_30,
                        best.rejection_50);
  }
  log.info(line);
  if (!result.classes.empty()) log.lines(class_tables(result.classes));
  log.info(fmt::format("{}/best.h5  weights {}  {:.0f} jets/s  {:.0f} MB a rank", output, result.weights_hash,
                       result.jets_per_second, static_cast<double>(result.peak_rss_bytes) / 1e6));
}

}  // namespace jetrain
