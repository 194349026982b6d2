#include "study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "config_file.hpp"
#include "jetrain/comm/threads.hpp"
#include "jetrain/comm/watchdog.hpp"
#include "jetrain/core/error.hpp"
#include "jetrain/core/output_file.hpp"
#include "jetrain/core/progress.hpp"
#include "jetrain/core/stop_signal.hpp"
#include "jetrain/core/stopwatch.hpp"
#include "jetrain/data/array_loader.hpp"
#include "jetrain/study/ranking.hpp"
#include "jetrain/study/study_data.hpp"
#include "jetrain/study/trials.hpp"
#include "jetrain/train/model_input.hpp"
#include "jetrain/train/training_run.hpp"
#include "study_folder.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// A study goes on only as the one that was begun.
void prepare_folder(const StudyOptions& options, const Config& config) {
  const fs::path kept = fs::path(options.output) / "study.yaml";
  Config comparable = config;
  comparable.study.groups = 1;                  // how ranks are shared out changes no result
  if (options.overwrite && fs::exists(kept)) {  // else nothing there is a study's
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(options.output, ignored)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("trial_") || name == "study.yaml" || name == "study.csv" || name == "ranking.csv")
        fs::remove_all(entry.path(), ignored);
    }
  }
  keep_study(options.output, "study.yaml", comparable);
}

bool is_done(const std::string& folder, const Trial& trial) {
  return fs::exists(fs::path(folder) / trial.directory / "result.json");
}

/// One line a training, from rank 0 of its group.
void say(const Communicator& group, const Trial& trial, std::size_t number, std::size_t all,
         const std::string& what) {
  if (!group.is_root()) return;
  fmt::print("{:3}/{}  {}{}  seed {}  {}\n", number + 1, all, trial.name,
             trial.fold >= 0 ? fmt::format("  fold {}", trial.fold) : "", trial.config.seed, what);
  std::fflush(stdout);
}

/// Trains one of the family. A training that fails by itself (it diverges, say) is recorded and left; a stop
/// signal, or a mistake in the config, ends the study.
void run_trial(const StudyOptions& options, const Trial& trial, std::size_t number, std::size_t all,
               std::int64_t folds, const StudyData& data, int threads, Watchdog& watchdog,
               const Communicator& group) {
  const std::string directory = (fs::path(options.output) / trial.directory).string();
  const fs::path failed = fs::path(directory) / "failed.txt";
  Log log(group.is_root(), Log::To::file_only);
  try {
    TrainingRun run(trial.config, directory, false, true, group, log);
    TrialSets sets = data.sets_of(trial, folds);
    run.take_data(std::move(sets.train), std::move(sets.validation));
    const RunResult result = run.run(data.loaded(trial), threads, false, watchdog);
    group.agree([&] {
      std::error_code ignored;
      if (group.is_root()) fs::remove(failed, ignored);
    });
    const Metrics& best = result.best.validation;
    say(group, trial, number, all,
        fmt::format("epoch {}  val_loss {:.4f}  val_acc {:.4f}  val_auc {:.4f}", result.best.epoch, best.loss,
                    best.accuracy, best.auc));
  } catch (const CollectiveError& error) {
    if (error.status() != ExitStatus::failed) throw;
    say(group, trial, number, all, fmt::format("failed: {}", error.what()));
    group.agree([&] {
      if (!group.is_root()) return;
      std::error_code ignored;
      fs::create_directories(directory, ignored);  // it may have failed before it had one
      write_text(failed.string(), fmt::format("{}\n", error.what()));
    });
  }
}

/// From what stands on disk, on one rank.
void write_tables(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials) {
  std::vector<TrialOutcome> outcomes;
  for (const Trial& trial : trials) outcomes.push_back(read_outcome(options.output, trial));
  const std::vector<Ranked> ranking = rank(trials, outcomes, config.study.monitor);
  const fs::path folder(options.output);
  write_text((folder / "study.csv").string(), table_csv(trials, outcomes, parameter_keys(config.study)));
  write_text((folder / "ranking.csv").string(), ranking_csv(ranking, config.study.monitor));
  fmt::print("\n{}\n{}/study.csv has all trainings, {}/ranking.csv this table\n",
             ranking_text(ranking, config.study.monitor), options.output, options.output);
}

}  // namespace

void study(const StudyOptions& options, const Communicator& comm) {
  catch_stop_signals();

  // 1. The family.
  Config config = load_config(options.config, options.assignments, true, comm);
  complete_arrays(config, comm);
  std::vector<Trial> trials;
  comm.agree([&] {
    trials = make_trials(config);
    for (const Trial& trial : trials) make_model(trial.config);  // what cannot be is refused before the first
    if (config.study.groups > comm.size())
      throw UsageError(
          fmt::format("study.groups: {} groups need as many ranks, but there {}: start more, or use "
                      "fewer groups",
                      config.study.groups, comm.size() == 1 ? "is 1" : fmt::format("are {}", comm.size())));
    if (comm.is_root()) prepare_folder(options, config);
  });

  // 2. Groups of ranks take its members in turns.
  const auto groups = static_cast<int>(config.study.groups);
  const int my_group = static_cast<int>(std::int64_t{comm.rank()} * groups / comm.size());
  const Communicator group = comm.split(my_group);
  const int threads = set_threads(options.threads, comm);
  std::vector<std::size_t> mine;
  std::vector<Trial> my_trials;
  std::vector<std::uint8_t> finished;  // as rank 0 finds them
  for (const Trial& trial : trials) finished.push_back(is_done(options.output, trial) ? 1 : 0);
  comm.broadcast(finished);
  if (comm.is_root()) {
    const auto done = std::count(finished.begin(), finished.end(), 1);
    fmt::print("{} trainings{}{}\n", trials.size(),
               done > 0 ? fmt::format(", {} of them done already", done) : "",
               groups > 1 ? fmt::format("; {} groups of ranks", groups) : "");
  }
  int turn = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (finished[i] != 0 || turn++ % groups != my_group) continue;
    mine.push_back(i);
    my_trials.push_back(trials[i]);
  }

  // 3. The trainings. A signal stops all groups; what else ends the work of one ends the job.
  bool stopped = false;
  if (!mine.empty()) {
    Watchdog watchdog(config.train.stall_seconds, group);
    progress::set(progress::Activity::reading);
    try {
      const StudyData data(my_trials, group);
      for (const std::size_t i : mine) {
        run_trial(options, trials[i], i, trials.size(), config.study.folds, data, threads, watchdog, group);
      }
    } catch (const CollectiveError& error) {
      stopped = error.status() == ExitStatus::requeue;
      if (!stopped && groups == 1) throw;
      // The other groups know nothing of it and may train for hours: an error of this rank alone ends them.
      if (!stopped && group.is_root()) throw Error(error.what(), error.status());
    }
  }
  if (comm.max(std::int64_t{stopped}) != 0) {
    throw CollectiveError("stopped by a signal; the same command goes on where the study stands",
                          ExitStatus::requeue);
  }

  // 4. What came of it.
  comm.agree([&] {
    if (comm.is_root()) write_tables(options, config, trials);
  });
}

}  // namespace jetrain
