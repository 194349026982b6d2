#include "app/lr_find.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/describe.hpp"
#include "app/rate_report.hpp"
#include "comm/threads.hpp"
#include "comm/watchdog.hpp"
#include "core/output_file.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "core/stopwatch.hpp"
#include "dataset/array_file.hpp"
#include "jetrain/error.hpp"
#include "pictures/gnuplot.hpp"
#include "pictures/page.hpp"
#include "run/config_file.hpp"
#include "run/training_run.hpp"
#include "train/teacher.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& folder, const char* ending) {
  return (fs::path(folder) / fmt::format("lr_find.{}", ending)).string();
}

/// The folder, made if need be, without results of an earlier search.
void require_place(const LrFindOptions& options) {
  std::error_code failure;
  fs::create_directories(options.output, failure);
  if (failure || !fs::is_directory(options.output))
    throw DataError(fmt::format("cannot make the folder {}: {}", options.output,
                                failure ? failure.message() : "a file of that name is there"));
  for (const char* ending : {"csv", "json", "html"})
    require_writable(file_of(options.output, ending), options.overwrite);
}

/// The numbers are written before anything is drawn.
void write_report(const RateReport& report, const std::string& folder, Log& log) {
  write_text(file_of(folder, "csv"), report.csv());
  write_text(file_of(folder, "json"), report.json());
  log.lines(report.text());
  std::vector<PageSection> sections = report.sections();
  const bool drawn = has_gnuplot();
  if (!drawn) {
    const std::string note = fmt::format("no pictures: they are drawn by {}", kMissingGnuplot);
    leave_out_figures(sections, note);
    log.info("note: " + note);
  }
  write_text(file_of(folder, "html"), html_page("Learning rates", sections));
  log.info(fmt::format("{} has the {}, .csv the curve, .json the rates", file_of(folder, "html"),
                       drawn ? "picture" : "table"));
}

}  // namespace

void lr_find(const LrFindOptions& options, const Communicator& comm) {
  catch_stop_signals();
  Log log(comm.is_root(), options.log_level);

  // 1. The experiment, as a training's.
  Config config = load_config(options.config, options.assignments, true, comm);
  comm.agree([&] {
    if (!(options.sweep.to > options.sweep.from))
      throw UsageError(fmt::format("--to {}: must be above --from {}", options.sweep.to, options.sweep.from));
  });
  Watchdog watchdog(config.train.stall_seconds, comm);
  complete_arrays(config, comm);
  TrainingRun run(config, "", false, false, comm, log);
  comm.agree([&] {
    if (comm.is_root()) require_place(options);
  });
  const int threads = set_threads(options.threads, comm);
  describe_workers(config, options.output, threads, watchdog, comm, log);

  // 2. Its data.
  const Stopwatch reading;
  progress::set(progress::Activity::reading);
  const Say say = [&](LogLevel level, const std::string& text) { log.say(level, text); };
  LoadedSamples loaded = load_samples(config, {Set::train, Set::validation}, comm, say);
  describe_data(config, loaded, reading.seconds(), comm, log);
  teach(config, loaded, comm, say);
  run.take_data(std::move(loaded[Set::train]), std::move(loaded[Set::validation]));

  // 3. Steps with ever higher rates.
  const Stopwatch sweeping;
  const RateCurve curve = run.sweep(options.sweep);
  log.info(fmt::format("{} steps in {:.1f} s", curve.points.size(), sweeping.seconds()));

  // 4. What they say.
  progress::set(progress::Activity::ending);
  comm.agree([&] {
    if (comm.is_root()) write_report(RateReport(config, options.sweep, curve), options.output, log);
  });
}

}  // namespace jetrain
