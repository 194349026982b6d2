#include "app/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/study_folder.hpp"
#include "comm/threads.hpp"
#include "comm/watchdog.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "core/stopwatch.hpp"
#include "dataset/array_file.hpp"
#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "run/config_file.hpp"
#include "run/training_run.hpp"
#include "study/ranking.hpp"
#include "study/share.hpp"
#include "study/study_data.hpp"
#include "study/study_locks.hpp"
#include "study/trials.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

/// Removes what an earlier study left; nothing else that may be there.
void clear_folder(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("trial_") || name == "study.yaml" || name == "study.csv" || name == "ranking.csv")
      fs::remove_all(entry.path(), ignored);
  }
}

/// A study goes on only as the one that was begun. From now on this process is at work in its folder, perhaps
/// with others. On one rank.
void enter_folder(const StudyOptions& options, const Config& config, std::optional<StudyLocks>& locks) {
  std::error_code failure;
  fs::create_directories(options.output, failure);
  if (failure)
    throw DataError(fmt::format("cannot make the folder {}: {}", options.output, failure.message()));
  locks.emplace(options.output);
  locks->take_tables();  // others that begin now wait
  if (options.overwrite && fs::exists(fs::path(options.output) / "study.yaml")) {  // else it is no study's
    if (!locks->enter_alone())
      throw UsageError(
          fmt::format("--overwrite: another process is at work in {}: end it first, or choose another --out",
                      options.output));
    clear_folder(options.output);
  }
  locks->enter();
  Config comparable = config;
  comparable.study.groups = 1;  // how ranks are shared out changes no result
  keep_study(options.output, "study.yaml", comparable);
  locks->give_back_tables();
}

fs::path failure_of(const std::string& folder, const Trial& trial) {
  return fs::path(folder) / trial.directory / "failed.txt";
}

bool is_done(const std::string& folder, const Trial& trial) {
  return fs::exists(fs::path(folder) / trial.directory / "result.json");
}

/// Done, or known to fail.
bool has_ended(const std::string& folder, const Trial& trial) {
  return is_done(folder, trial) || fs::exists(failure_of(folder, trial));
}

/// One line a training.
std::string trial_line(const Trial& trial, std::size_t number, std::size_t all, const std::string& what) {
  return fmt::format("{:3}/{}  {}{}  seed {}  {}", number + 1, all, trial.name,
                     trial.fold >= 0 ? fmt::format("  fold {}", trial.fold) : "", trial.config.seed, what);
}

/// Trains one of the family. A training that fails by itself (it diverges, say) is recorded and left; a stop
/// signal, or a mistake in the config, ends the study.
void run_trial(const StudyOptions& options, const Trial& trial, std::size_t number, std::size_t all,
               std::int64_t folds, const StudyData& data, int threads, Watchdog& watchdog,
               const Communicator& group, Log& log) {
  const std::string directory = (fs::path(options.output) / trial.directory).string();
  Log own_log(group.is_root(), options.log_level, Log::To::file_only);
  try {
    TrainingRun run(trial.config, directory, false, true, group, own_log);
    TrialSets sets = data.sets_of(trial, folds);
    run.take_data(std::move(sets.train), std::move(sets.validation));
    const RunResult result = run.run(data.loaded(trial), threads, false, watchdog);
    const Metrics& best = result.best.validation;
    log.info(trial_line(trial, number, all,
                        fmt::format("epoch {}  val_loss {:.4f}  val_acc {:.4f}  val_auc {:.4f}",
                                    result.best.epoch, best.loss, best.accuracy, best.auc)));
  } catch (const CollectiveError& error) {
    if (error.status() != ExitStatus::failed) throw;
    log.warning(trial_line(trial, number, all, fmt::format("failed: {}", error.what())));
    group.agree([&] {
      if (!group.is_root()) return;
      std::error_code ignored;
      fs::create_directories(directory, ignored);  // it may have failed before it had one
      write_text(failure_of(options.output, trial).string(), printable_line(error.what()) + "\n");
    });
  }
}

void require_ranks(const Config& config, const Communicator& comm) {
  if (config.study.groups <= comm.size()) return;
  throw UsageError(
      fmt::format("study.groups: {} groups need as many ranks, but there {}: start more, or use fewer groups",
                  config.study.groups, comm.size() == 1 ? "is 1" : fmt::format("are {}", comm.size())));
}

/// Which of the members this process, or its group of ranks, trains.
struct Work {
  std::vector<std::size_t> members;
  std::vector<Trial> trials;
};

/// What is left of the share; groups take it in turns. `finished`: a flag for each of the family. Says so.
Work work_of(const std::vector<Trial>& trials, const Share& share, const std::vector<std::uint8_t>& finished,
             int my_group, int groups, Log& log) {
  Work work;
  std::size_t all = 0;
  std::size_t done = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!share.holds(i)) continue;
    ++all;
    if (finished[i] != 0) {
      ++done;
    } else if (static_cast<int>((all - done - 1) % static_cast<std::size_t>(groups)) == my_group) {
      work.members.push_back(i);
      work.trials.push_back(trials[i]);
    }
  }
  if (my_group == 0) {
    log.info(fmt::format("{} trainings{}{}{}", trials.size(),
                         share.of > 1 ? fmt::format(", {} in share {}/{}", all, share.number, share.of) : "",
                         done > 0 ? fmt::format(", {} of them done already", done) : "",
                         groups > 1 ? fmt::format("; {} groups of ranks", groups) : ""));
  }
  return work;
}

/// Takes a member for this group alone, and clears what an earlier failure left. False where another process
/// trains it, or has trained it since this one began. Collective over the group.
bool take(const StudyOptions& options, const Trial& trial, std::size_t number, std::size_t all,
          std::optional<StudyLocks>& locks, const Communicator& group, Log& log) {
  std::int64_t taken = 0;
  group.agree([&] {
    if (!group.is_root()) return;
    if (!locks->take(number)) {
      log.info(trial_line(trial, number, all, "left to another process, which is at work on it"));
    } else if (is_done(options.output, trial)) {
      locks->give_back(number);
      log.info(trial_line(trial, number, all, "done by another process"));
    } else {
      taken = 1;
      std::error_code ignored;
      fs::remove(failure_of(options.output, trial), ignored);
    }
  });
  return group.max(taken) != 0;
}

void train_members(const StudyOptions& options, const Config& config, const Work& work, std::size_t all,
                   int threads, std::optional<StudyLocks>& locks, const Communicator& group, Log& log) {
  Watchdog watchdog(config.train.stall_seconds, group);
  progress::set(progress::Activity::reading);
  const StudyData data(work.trials, group);
  for (std::size_t i = 0; i < work.members.size(); ++i) {
    const std::size_t number = work.members[i];
    const Trial& trial = work.trials[i];
    if (!take(options, trial, number, all, locks, group, log)) continue;
    run_trial(options, trial, number, all, config.study.folds, data, threads, watchdog, group, log);
    if (locks) locks->give_back(number);
  }
}

/// From what stands on disk; only where all have ended, so that of several processes the last one ranks. On
/// one rank.
void write_tables(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                  StudyLocks& locks, Log& log) {
  locks.take_tables();
  const auto ended = std::count_if(trials.begin(), trials.end(),
                                   [&](const Trial& trial) { return has_ended(options.output, trial); });
  if (ended < std::ssize(trials)) {
    log.info(fmt::format("{} of the {} trainings are there; the process that ends last ranks them", ended,
                         trials.size()));
    locks.give_back_tables();
    return;
  }
  std::vector<TrialOutcome> outcomes;
  for (const Trial& trial : trials) outcomes.push_back(read_outcome(options.output, trial));
  const std::vector<Ranked> ranking = rank(trials, outcomes, config.study.monitor);
  const fs::path folder(options.output);
  write_text((folder / "study.csv").string(), table_csv(trials, outcomes, parameter_keys(config.study)));
  write_text((folder / "ranking.csv").string(), ranking_csv(ranking, config.study.monitor));
  log.lines(fmt::format("\n{}", ranking_text(ranking, config.study.monitor)));
  log.info(fmt::format("{}/study.csv has all trainings, {}/ranking.csv this table", options.output,
                       options.output));
  locks.give_back_tables();
}

}  // namespace

void study(const StudyOptions& options, const Communicator& comm) {
  catch_stop_signals();

  // 1. The family, and the part of it that is this process's.
  Config config = load_config(options.config, options.assignments, true, comm);
  complete_arrays(config, comm);
  Share share;
  std::vector<Trial> trials;
  std::optional<StudyLocks> locks;  // on rank 0 of each group
  comm.agree([&] {
    if (!options.share.empty()) share = parse_share(options.share);
    trials = make_trials(config);
    for (const Trial& trial : trials) make_model(trial.config);  // what cannot be is refused before the first
    require_ranks(config, comm);
    if (comm.is_root()) enter_folder(options, config, locks);
  });

  // 2. Groups of ranks take its members in turns.
  const auto groups = static_cast<int>(config.study.groups);
  const int my_group = static_cast<int>(std::int64_t{comm.rank()} * groups / comm.size());
  const Communicator group = comm.split(my_group);
  Log log(group.is_root(), options.log_level);
  if (locks && !locks->are_known()) {
    log.warning(fmt::format("the file system of {} knows no locks: see that no share is started twice",
                            options.output));
  }
  const int threads = set_threads(options.threads, comm);
  std::vector<std::uint8_t> finished;  // as rank 0 finds them
  for (const Trial& trial : trials) finished.push_back(is_done(options.output, trial) ? 1 : 0);
  comm.broadcast(finished);
  const Work work = work_of(trials, share, finished, my_group, groups, log);
  comm.agree([&] {
    if (group.is_root() && !locks) locks.emplace(options.output);
  });

  // 3. The trainings. A signal stops all groups; what else ends the work of one ends the job.
  bool stopped = false;
  if (!work.members.empty()) {
    try {
      train_members(options, config, work, trials.size(), threads, locks, group, log);
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
    if (comm.is_root()) write_tables(options, config, trials, *locks, log);
  });
}

}  // namespace jetrain
