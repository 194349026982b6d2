#include "app/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "app/study_folder.hpp"
#include "comm/threads.hpp"
#include "comm/watchdog.hpp"
#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "core/printable_text.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "core/stopwatch.hpp"
#include "core/untrainable.hpp"
#include "dataset/array_file.hpp"
#include "dataset/data_files.hpp"
#include "dataset/unsaid_rows.hpp"
#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "row_kernels/product_choice.hpp"
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

/// What an older jetrain began is not gone on with where its members do not say which jets they train on: the
/// others might be dealt other ones.
void require_said_rows(const std::string& folder, const std::vector<Trial>& trials) {
  for (const Trial& trial : trials) {
    const std::string member = (fs::path(folder) / trial.directory / "config.yaml").string();
    if (!fs::exists(member)) continue;
    if (unsaid_rows(member, parse_stored_config(read_whole(member), member)).empty()) return;
    throw UsageError(fmt::format(
        "{} was begun by an older jetrain, whose members do not say which jets they are trained on: "
        "choose another --out, or --overwrite it",
        folder));
  }
}

/// A study goes on only as the one that was begun. From now on this process is at work in its folder, perhaps
/// with others. On one rank.
void enter_folder(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                  std::optional<StudyLocks>& locks) {
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
  require_said_rows(options.output, trials);
  locks->give_back_tables();
}

bool is_done(const std::string& folder, const Trial& trial) {
  return fs::exists(fs::path(folder) / trial.directory / "result.json");
}

/// Known to fail, and to fail again.
bool has_failed(const std::string& folder, const Trial& trial) {
  return fs::exists(failure_file(folder, trial, TrialStatus::failed));
}

/// Done, or known not to be.
bool has_ended(const std::string& folder, const Trial& trial) {
  return is_done(folder, trial) || has_failed(folder, trial) ||
         fs::exists(failure_file(folder, trial, TrialStatus::broken_off));
}

/// What an earlier try left.
void forget_failures(const std::string& folder, const Trial& trial) {
  std::error_code ignored;
  for (const TrialStatus status : {TrialStatus::failed, TrialStatus::broken_off})
    fs::remove(failure_file(folder, trial, status), ignored);
}

/// One line a training.
std::string trial_line(const Trial& trial, std::size_t number, std::size_t all, const std::string& what) {
  return fmt::format("{:3}/{}  {}{}  seed {}  {}", number + 1, all, trial.name,
                     trial.fold() ? fmt::format("  fold {}", *trial.fold()) : "", trial.config.seed, what);
}

/// A member of the family in its place.
struct Member {
  const Trial& trial;
  std::size_t number;
  std::size_t all;

  std::string line(const std::string& what) const { return trial_line(trial, number, all, what); }
};

/// Trains it once, from its newest checkpoint on where there is one.
void train_once(const StudyOptions& options, const Member& member, const StudyData& data, int threads,
                Watchdog& watchdog, const Communicator& group, Log& log) {
  const Trial& trial = member.trial;
  Log own_log(group.is_root(), options.log_level, Log::To::file_only);
  TrainingRun run(trial.config, (fs::path(options.output) / trial.directory).string(), false, true, group,
                  own_log);
  TrialSets sets = data.sets_of(trial);
  run.take_data(std::move(sets.train), std::move(sets.validation));
  const RunResult result = run.run(data.loaded(trial), threads, false, watchdog);
  const Metrics& best = result.best.validation;
  log.info(member.line(fmt::format("epoch {}  val_loss {:.4f}  val_acc {:.4f}  val_auc {:.4f}",
                                   result.best.epoch, best.loss, best.accuracy, best.auc)));
}

/// Leaves a note in the member's folder, which must not end the study: where files cannot be written, the
/// note cannot be either, and what it says is told at the end.
void note_failure(const StudyOptions& options, const Trial& trial, TrialStatus status, const std::string& why,
                  const Communicator& group) {
  if (!group.is_root()) return;
  try {
    std::error_code ignored;
    fs::create_directories(fs::path(options.output) / trial.directory, ignored);  // it may not have had one
    write_text(failure_file(options.output, trial, status), why + "\n");
  } catch (const std::exception&) {
  }
}

/// Trains one of the family. One that fails by itself (it diverges, say) is recorded and left. One that an
/// error of files or memory breaks off is tried once more, and then left, for the same command to try again:
/// a line of what it was is returned, else "". A stop signal, or a mistake in the config, ends the study.
std::string run_trial(const StudyOptions& options, const Member& member, const StudyData& data, int threads,
                      Watchdog& watchdog, const Communicator& group, Log& log) {
  constexpr int kTries = 2;
  for (int attempt = 1;; ++attempt) {
    try {
      train_once(options, member, data, threads, watchdog, group, log);
      return "";
    } catch (const Untrainable& error) {
      log.warning(member.line(fmt::format("failed: {}", error.what())));
      note_failure(options, member.trial, TrialStatus::failed, printable_line(error.what()), group);
      return "";
    } catch (const CollectiveError& error) {
      if (error.status() != ExitStatus::failed) throw;
      const bool last = attempt == kTries;
      log.warning(
          member.line(fmt::format("broken off{}: {}", last ? "" : ", and tried once more", error.what())));
      if (!last) continue;
      const std::string why = printable_line(error.what());
      note_failure(options, member.trial, TrialStatus::broken_off, why, group);
      return fmt::format("{}: {}\n", member.trial.directory, why);
    }
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

/// What is left of the share; groups take it in turns. `known`: of each of the family, whether it is done, or
/// fails. Says so.
Work work_of(const std::vector<Trial>& trials, const Share& share, const std::vector<TrialStatus>& known,
             int my_group, int groups, Log& log) {
  Work work;
  std::size_t all = 0;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t left = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!share.holds(i)) continue;
    ++all;
    if (known[i] == TrialStatus::done) {
      ++done;
    } else if (known[i] == TrialStatus::failed) {
      ++failed;
    } else if (static_cast<int>(left++ % static_cast<std::size_t>(groups)) == my_group) {
      work.members.push_back(i);
      work.trials.push_back(trials[i]);
    }
  }
  if (my_group == 0) {
    log.info(fmt::format("{} trainings{}{}{}{}", trials.size(),
                         share.of > 1 ? fmt::format(", {} in share {}/{}", all, share.number, share.of) : "",
                         done > 0 ? fmt::format(", {} of them done already", done) : "",
                         failed > 0 ? fmt::format(", {} known to fail", failed) : "",
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
    } else if (has_failed(options.output, trial)) {
      locks->give_back(number);
      log.info(trial_line(trial, number, all, "failed with another process"));
    } else {
      taken = 1;
      forget_failures(options.output, trial);
    }
  });
  return group.max(taken) != 0;
}

/// A line for each member that was broken off. Collective over the group.
std::string train_members(const StudyOptions& options, const Config& config, const Work& work,
                          std::size_t all, int threads, std::optional<StudyLocks>& locks,
                          const Communicator& group, Log& log) {
  Watchdog watchdog(config.train.stall_seconds, group);
  progress::set(progress::Activity::reading);
  const StudyData data(work.trials, group);
  std::string broken;
  for (std::size_t i = 0; i < work.members.size(); ++i) {
    const std::size_t number = work.members[i];
    const Trial& trial = work.trials[i];
    if (!take(options, trial, number, all, locks, group, log)) continue;
    broken += run_trial(options, {trial, number, all}, data, threads, watchdog, group, log);
    if (locks) locks->give_back(number);
  }
  return broken;
}

/// From what stands on disk; only where all have ended, so that of several processes the last one ranks.
/// Returns a line for each member that was broken off, by whatever process. On one rank.
std::string write_tables(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                         StudyLocks& locks, Log& log) {
  locks.take_tables();
  const auto ended = std::count_if(trials.begin(), trials.end(),
                                   [&](const Trial& trial) { return has_ended(options.output, trial); });
  if (ended < std::ssize(trials)) {
    log.info(fmt::format("{} of the {} trainings are there; the process that ends last ranks them", ended,
                         trials.size()));
    locks.give_back_tables();
    return "";
  }
  std::vector<TrialOutcome> outcomes;
  std::string broken;
  for (const Trial& trial : trials) {
    outcomes.push_back(read_outcome(options.output, trial));
    if (outcomes.back().status != TrialStatus::broken_off) continue;
    const auto why = try_read_whole(failure_file(options.output, trial, TrialStatus::broken_off));
    broken += fmt::format("{}: {}", trial.directory, why.value_or("\n"));
  }
  const std::vector<Ranked> ranking = rank(trials, outcomes, config.study.monitor);
  const fs::path folder(options.output);
  write_text((folder / "study.csv").string(), table_csv(trials, outcomes, parameter_keys(config.study)));
  write_text((folder / "ranking.csv").string(), ranking_csv(ranking, config.study.monitor));
  log.lines(fmt::format("\n{}", ranking_text(ranking, config.study.monitor)));
  log.info(fmt::format("{}/study.csv has all trainings, {}/ranking.csv this table", options.output,
                       options.output));
  locks.give_back_tables();
  return broken;
}

/// The lines of all groups, on all ranks. Collective.
std::string all_lines(const std::string& mine, const Communicator& group, const Communicator& comm) {
  const std::string said = group.is_root() ? mine : "";
  const std::vector<char> all = comm.gather(std::span<const char>(said.data(), said.size()));
  return comm.broadcast(std::string(all.begin(), all.end()));
}

std::string broken_text(const std::string& lines) {
  const auto count = std::count(lines.begin(), lines.end(), '\n');
  return fmt::format(
      "{} training{} broken off ({}{}): where the cause is mended, the same command goes on with {} alone",
      count, count == 1 ? " was" : "s were", lines.substr(0, lines.find('\n')), count == 1 ? "" : "; ...",
      count == 1 ? "it" : "them");
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
  });
  for (Trial& trial : trials) complete_files(trial.config.data, comm);  // a variant may name files
  comm.agree([&] {
    for (const Trial& trial : trials) {  // what cannot be is refused before the first
      make_model(trial.config);
      if (trial.config.input == InputKind::constituents) static_cast<void>(kernels::products());
    }
    require_ranks(config, comm);
    if (comm.is_root()) enter_folder(options, config, trials, locks);
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
  std::vector<TrialStatus> known;  // as rank 0 finds them
  for (const Trial& trial : trials)
    known.push_back(is_done(options.output, trial)      ? TrialStatus::done
                    : has_failed(options.output, trial) ? TrialStatus::failed
                                                        : TrialStatus::not_run);
  comm.broadcast(known);
  if (my_group == 0 && config.study.repeats > 1 && config.data.split.method == SplitMethod::random &&
      config.data.split.seed < 0)
    log.info(
        "note: each repeat draws a random split of its own, so that no jets can test all of them; "
        "data.split.seed keeps one");
  const Work work = work_of(trials, share, known, my_group, groups, log);
  comm.agree([&] {
    if (group.is_root() && !locks) locks.emplace(options.output);
  });

  // 3. The trainings. A signal stops all groups; what else ends the work of one ends the job.
  bool stopped = false;
  std::string broken;
  if (!work.members.empty()) {
    try {
      broken = train_members(options, config, work, trials.size(), threads, locks, group, log);
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
  broken = all_lines(broken, group, comm);
  comm.agree([&] {
    if (!comm.is_root()) return;
    std::string unwritten;
    try {
      const std::string noted = write_tables(options, config, trials, *locks, log);
      if (!noted.empty()) broken = noted;
    } catch (const DataError& error) {  // where members were broken off, perhaps by the same
      if (broken.empty()) throw;
      unwritten = fmt::format("; {}", error.what());
    }
    if (!broken.empty()) throw DataError(broken_text(broken) + unwritten);
  });
}

}  // namespace jetrain
