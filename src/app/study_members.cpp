#include "app/study_members.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "comm/watchdog.hpp"
#include "core/printable_text.hpp"
#include "core/progress.hpp"
#include "core/untrainable.hpp"
#include "jetrain/error.hpp"
#include "run/training_run.hpp"
#include "study/study_data.hpp"
#include "study/trial_state.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

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

/// Trains one of the family. One that fails by itself (it diverges, say) is recorded and left. One that an
/// error of files or memory breaks off is tried once more, and then left, for the same command to try again:
/// a line of what it was is returned, else "". A stop signal, or a mistake in the config, ends the study.
std::string run_trial(const StudyOptions& options, const Member& member, const StudyData& data, int threads,
                      Watchdog& watchdog, const Communicator& group, Log& log) {
  constexpr int kTries = 2;
  const auto note = [&](TrialStatus status, const std::string& why) {
    if (group.is_root()) note_failure(options.output, member.trial, status, why);
  };
  for (int attempt = 1;; ++attempt) {
    try {
      train_once(options, member, data, threads, watchdog, group, log);
      return "";
    } catch (const Untrainable& error) {
      log.warning(member.line(fmt::format("failed: {}", error.what())));
      note(TrialStatus::failed, printable_line(error.what()));
      return "";
    } catch (const CollectiveError& error) {
      if (error.status() != ExitStatus::failed) throw;
      const bool last = attempt == kTries;
      log.warning(
          member.line(fmt::format("broken off{}: {}", last ? "" : ", and tried once more", error.what())));
      if (!last) continue;
      const std::string why = printable_line(error.what());
      note(TrialStatus::broken_off, why);
      return fmt::format("{}: {}\n", member.trial.directory, why);
    }
  }
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

}  // namespace

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

std::string train_members(const StudyOptions& options, const Config& config, const Work& work,
                          std::size_t all, int threads, std::optional<StudyLocks>& locks,
                          const Communicator& group, Log& log) {
  Watchdog watchdog(config.train.stall_seconds, group);
  progress::set(progress::Activity::reading);
  const StudyData data(work.trials, group,
                       [&](LogLevel level, const std::string& text) { log.say(level, text); });
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

}  // namespace jetrain
