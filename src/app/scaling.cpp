#include "app/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <set>

#include "app/page_file.hpp"
#include "app/study_folder.hpp"
#include "comm/hosts.hpp"
#include "comm/threads.hpp"
#include "comm/watchdog.hpp"
#include "core/checked_cast.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "dataset/array_file.hpp"
#include "jetrain/error.hpp"
#include "kernels/fma_peak.hpp"
#include "pictures/gnuplot.hpp"
#include "row_kernels/product_choice.hpp"
#include "run/config_file.hpp"
#include "run/training_run.hpp"
#include "samples/sample_message.hpp"
#include "scaling/job_scripts.hpp"
#include "scaling/points.hpp"
#include "scaling/projection_report.hpp"
#include "scaling/report.hpp"
#include "train/teacher.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

std::string file_of(const ScalingRunOptions& options, const ScalingPoint& point) {
  return (fs::path(options.output) / point.directory() / "point.json").string();
}

/// Removes what an earlier study left; nothing else that may be there.
void clear_folder(const std::string& folder) {
  if (!fs::exists(fs::path(folder) / "scaling.yaml")) return;
  std::error_code ignored;
  std::vector<fs::path> ours;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name == "scaling.yaml" || fs::exists(entry.path() / "point.json")) ours.push_back(entry.path());
  }
  for (const fs::path& path : ours) fs::remove_all(path, ignored);
}

std::string output_or(const std::string& output, const std::string& folder, const char* name) {
  return output.empty() ? (fs::path(folder) / name).string() : output;
}

/// As a page, and its numbers beside it, which are written before anything is drawn.
template <class Report>
void write_report(const std::string& html, const std::string& title, const Report& report) {
  fs::path base(html);
  write_text(base.replace_extension(".csv").string(), to_csv(report));
  write_text(base.replace_extension(".json").string(), to_json(report));
  fmt::print("{}\n", printable_lines(to_text(report)));
  std::fflush(stdout);
  const bool drawn = write_page(html, title, page_sections(report));
  if (!drawn) fmt::print("note: no pictures: they are drawn by {}\n", kMissingGnuplot);
  print_line("{} has the {}, {} and .json the numbers", html, drawn ? "plots" : "tables",
             base.replace_extension(".csv").string());
}

/// Of a training jet on its way between ranks: the mean over the first ones of each rank.
double message_bytes_of_a_jet(const SampleStore& samples, const Communicator& group) {
  constexpr std::int64_t kLookedAt = 2048;
  std::vector<SampleView> first;
  for (std::int64_t i = 0; i < std::min(kLookedAt, samples.size()); ++i) first.push_back(samples[i]);
  const std::int64_t bytes = group.sum(std::ssize(pack_samples(first)));
  return static_cast<double>(bytes) /
         static_cast<double>(std::max<std::int64_t>(1, group.sum(std::ssize(first))));
}

/// One training by the ranks of `group`, timed by phases. Collective over them.
ScalingMeasurement measure(const ScalingPoint& point, const Config& study, const std::string& folder,
                           const Communicator& group) {
  Config config;
  group.agree([&] { config = config_of(point, study); });
  const int threads = set_threads(point.threads, group);
  Log log(group.is_root(), LogLevel::info, Log::To::file_only);
  TrainingRun run(config, folder, true, false, group, log);
  Watchdog watchdog(config.train.stall_seconds, group);
  progress::set(progress::Activity::reading);
  LoadedSamples loaded = load_samples(config, {Set::train, Set::validation}, group);
  teach(config, loaded, group, [&](LogLevel level, const std::string& text) { log.say(level, text); });
  const double jet_bytes = message_bytes_of_a_jet(loaded[Set::train].samples, group);
  run.take_data(std::move(loaded[Set::train]), std::move(loaded[Set::validation]));
  const RunResult result = run.run(loaded, threads, true, watchdog);

  ScalingMeasurement m;
  m.point = point;
  m.weights_hash = result.weights_hash;
  m.batch_size = config.train.batch_size;
  m.steps = ceil_divide(result.training_jets, config.train.batch_size);
  m.epochs = result.epochs;
  m.training_jets = result.training_jets;
  m.validation_jets = result.validation_jets;
  m.parameters = result.parameters;
  m.all_validate = config.validation.ranks == ValidationRanks::all;
  const std::vector<std::string> hosts = gather_host_names(group);
  m.jet_bytes = jet_bytes;
  m.hosts = checked_cast<int>(std::ssize(std::set<std::string>(hosts.begin(), hosts.end())));
  m.jets_per_second = result.jets_per_second;
  group.barrier();
  const std::vector<double> peaks = group.all_gather(kernels::measure_fma_peak_gflops(threads));
  m.fma_gflops = std::accumulate(peaks.begin(), peaks.end(), 0.0);
  m.peak_rss_bytes = result.peak_rss_bytes;
  m.seconds = result.seconds;
  m.communication = probe_communication(result.parameters, config.train.allreduce, group);
  return m;
}

std::string measured_line(const ScalingMeasurement& m) {
  return fmt::format("{:>6} ranks x {:<3} threads  repeat {}  batch {:<7}  {:>9.0f} jets/s  weights {}",
                     m.point.ranks, m.point.threads, m.point.repeat + 1, m.batch_size, m.jets_per_second,
                     m.weights_hash);
}

/// The points that stand on disk already, as rank 0 finds them.
std::vector<std::uint8_t> find_done(const ScalingRunOptions& options, const std::vector<ScalingPoint>& points,
                                    const Communicator& comm) {
  std::vector<std::uint8_t> done;
  for (const ScalingPoint& point : points) done.push_back(fs::exists(file_of(options, point)) ? 1 : 0);
  comm.broadcast(done);
  return done;
}

void require_ranks(const std::vector<int>& wanted, const Communicator& comm) {
  const int most = *std::max_element(wanted.begin(), wanted.end());
  if (most <= comm.size()) return;
  throw UsageError(fmt::format(
      "--ranks: {} ranks are asked for, but {} here: start as many as the largest number (mpirun -np "
      "{}), or write job scripts with --write-jobs",
      most, comm.size() == 1 ? "there is 1" : fmt::format("there are {}", comm.size()), most));
}

}  // namespace

void scaling_run(const ScalingRunOptions& options, const Communicator& comm) {
  catch_stop_signals();

  // 1. The study: which points, and which of them are there already.
  Config config = load_config(options.config, options.assignments, true, comm);
  complete_arrays(config, comm);
  std::vector<int> ranks = options.ranks;
  if (ranks.empty()) ranks = powers_of_two_up_to(comm.size());
  const std::vector<ScalingPoint> points =
      scaling_points(options.mode, ranks, options.threads, options.repeats);
  comm.agree([&] {
    for (const ScalingPoint& point : points) config_of(point, config);
    if (options.write_jobs) {
      if (comm.is_root()) write_job_scripts(options.output, options.config, options.assignments, points);
      return;
    }
    require_ranks(ranks, comm);
    if (config.input == InputKind::constituents) static_cast<void>(kernels::products());
    if (!comm.is_root()) return;
    if (options.overwrite || !has_measurements(options.output)) clear_folder(options.output);
    keep_study(options.output, "scaling.yaml", config);
  });
  if (options.write_jobs) return;
  const std::vector<std::uint8_t> done = find_done(options, points, comm);

  // 2. Each point in turn, by the first ranks; the others sleep.
  Log log(comm.is_root(), options.log_level);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (done[i] != 0) continue;
    const ScalingPoint& point = points[i];
    const bool takes_part = comm.rank() < point.ranks;
    const Communicator group = comm.split(takes_part ? 0 : 1);
    bool stopped = false;
    if (takes_part) {
      try {
        const std::string folder = (fs::path(options.output) / point.directory()).string();
        const ScalingMeasurement measured = measure(point, config, folder, group);
        group.agree([&] {
          if (group.is_root()) write_text(file_of(options, point), to_json(measured));
        });
        log.info(measured_line(measured));
      } catch (const CollectiveError& error) {
        stopped = error.status() == ExitStatus::requeue;
        if (!stopped && point.ranks == comm.size()) throw;
        // The sleeping ranks know nothing of it: an error of this rank alone ends them.
        if (!stopped && group.is_root()) throw Error(error.what(), error.status());
      }
    }
    comm.wait_idle();
    if (comm.max(std::int64_t{stopped}) != 0) {
      throw CollectiveError("stopped by a signal; the same command goes on where the study stands",
                            ExitStatus::requeue);
    }
  }
  log.info(fmt::format(
      "{} points in {}{}; look at them with `jetrain scaling report {}`", points.size(), options.output,
      std::count(done.begin(), done.end(), 1) > 0 ? ", some of them from before" : "", options.output));
}

void scaling_report(const ScalingReportOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (!comm.is_root()) return;
    const std::string html = output_or(options.output, options.folder, "scaling.html");
    require_writable(html, true);
    write_report(html, "scaling study", summarize(read_measurements(options.folder)));
  });
}

void scaling_project(const ScalingProjectOptions& options, const Communicator& comm) {
  comm.agree([&] {
    if (!comm.is_root()) return;
    const std::string html = output_or(options.output, options.folders.front(), "projection.html");
    require_writable(html, true);
    std::vector<ScalingMeasurement> points;
    for (const std::string& folder : options.folders) {
      std::vector<ScalingMeasurement> more = read_measurements(folder);
      points.insert(points.end(), more.begin(), more.end());
    }
    const std::size_t all = points.size();
    points = with_own_cores(std::move(points));
    if (points.size() < all)
      fmt::print("{} of {} measurements are left out: their workers shared cores\n", all - points.size(),
                 all);
    ProjectionPlan plan = options.plan;
    plan.all_validate = options.validation == ValidationRanks::all;
    if (plan.ranks.empty()) plan.ranks = powers_of_two_up_to(1024);
    write_report(html, "projection", project(points, plan));
  });
}

}  // namespace jetrain
