#include "app/study_members.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "core/printable_text.hpp"
#include "core/progress.hpp"
#include "core/untrainable.hpp"
#include "jetrain/error.hpp"
#include "run/training_run.hpp"
#include "study/trial_state.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

}  // namespace

/// A member of the family in its place.
struct MemberTrainer::Member {
  const Trial& trial;
  std::size_t number;
  std::size_t all;
  std::int64_t epochs;  ///< after which it pauses; 0: not

  std::string line(const std::string& what) const {
    return fmt::format("{:3}/{}  {}{}  seed {}  {}", number + 1, all, trial.name,
                       trial.fold() ? fmt::format("  fold {}", *trial.fold()) : "", trial.config.seed, what);
  }
};

MemberTrainer::MemberTrainer(const StudyOptions& options, const Config& config,
                             const std::vector<Trial>& trials, std::vector<Trial> needed, int threads,
                             const Communicator& group, Log& log)
    : options_(options),
      config_(config),
      trials_(trials),
      needed_(std::move(needed)),
      threads_(threads),
      group_(group),
      log_(log) {}

MemberTrainer::~MemberTrainer() = default;

/// From its newest checkpoint on, where there is one.
void MemberTrainer::train_once(const Member& member, Watchdog& watchdog, StudyProgress& progress) {
  const Trial& trial = member.trial;
  Log own_log(group_.is_root(), options_.log_level, Log::To::file_only);
  TrainingRun run(trial.config, (fs::path(options_.output) / trial.directory).string(), false, true, group_,
                  own_log);
  run.pause_after(member.epochs);
  progress.begin(member.epochs > 0 ? member.epochs : trial.config.train.epochs);
  if (group_.is_root()) run.add(progress);
  TrialSets sets = data_->sets_of(trial);
  run.take_data(std::move(sets.train), std::move(sets.validation));
  const RunResult result = run.run(data_->loaded(trial), threads_, false, watchdog);
  const Metrics& best = result.best.validation;
  log_.info(member.line(fmt::format("epoch {}  val_loss {:.4f}  val_acc {:.4f}  val_auc {:.4f}",
                                    result.best.epoch, best.loss, best.accuracy, best.auc)));
}

/// One that fails by itself (it diverges, say) is recorded and left. One that an error of files or memory
/// breaks off is tried once more, and then left, for the same command to try again: a line of what it was is
/// returned, else "". A stop signal, or a mistake in the config, ends the study.
std::string MemberTrainer::run(const Member& member, Watchdog& watchdog, StudyProgress& progress) {
  constexpr int kTries = 2;
  const auto note = [&](TrialStatus status, const std::string& why) {
    if (group_.is_root()) note_failure(options_.output, member.trial, status, why);
  };
  for (int attempt = 1;; ++attempt) {
    try {
      train_once(member, watchdog, progress);
      return "";
    } catch (const Untrainable& error) {
      log_.warning(member.line(fmt::format("failed: {}", error.what())));
      note(TrialStatus::failed, printable_line(error.what()));
      return "";
    } catch (const CollectiveError& error) {
      if (error.status() != ExitStatus::failed) throw;
      const bool last = attempt == kTries;
      log_.warning(
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
bool MemberTrainer::take(const Member& member, std::optional<StudyLocks>& locks) {
  std::int64_t taken = 0;
  group_.agree([&] {
    if (!group_.is_root()) return;
    if (!locks->take(member.number)) {
      log_.info(member.line("left to another process, which is at work on it"));
    } else if (has_reached(options_.output, member.trial, member.epochs)) {
      locks->give_back(member.number);
      log_.info(member.line("done by another process"));
    } else if (has_failed(options_.output, member.trial)) {
      locks->give_back(member.number);
      log_.info(member.line("failed with another process"));
    } else {
      taken = 1;
      forget_failures(options_.output, member.trial);
    }
  });
  return group_.max(taken) != 0;
}

std::string MemberTrainer::train(const Work& work, std::optional<StudyLocks>& locks) {
  if (work.members.empty()) return "";
  Watchdog watchdog(config_.train.stall_seconds, group_);
  if (data_ == nullptr) {
    progress::set(progress::Activity::reading);
    const Say say = [&](LogLevel level, const std::string& text) { log_.say(level, text); };
    data_ = std::make_unique<StudyData>(needed_, group_, say);
  }
  StudyProgress progress(work.members.size(), log_);
  std::string broken;
  for (std::size_t i = 0; i < work.members.size(); ++i) {
    const std::size_t number = work.members[i];
    const Member member{trials_[number], number, trials_.size(), work.epochs[i]};
    if (!take(member, locks)) {
      progress.end();
      continue;
    }
    broken += run(member, watchdog, progress);
    progress.end();
    if (locks) locks->give_back(number);
  }
  return broken;
}

Work work_of(const Round& round, const std::string& words, const Share& share,
             const std::vector<TrialStatus>& known, int my_group, int groups, Log& log) {
  Work work;
  std::size_t all = 0;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t left = 0;
  for (std::size_t i = 0; i < round.members.size(); ++i) {
    if (!share.holds(round.members[i])) continue;
    ++all;
    if (known[i] == TrialStatus::done) {
      ++done;
    } else if (known[i] == TrialStatus::failed) {
      ++failed;
    } else if (static_cast<int>(left++ % static_cast<std::size_t>(groups)) == my_group) {
      work.members.push_back(round.members[i]);
      work.epochs.push_back(round.epochs[i]);
    }
  }
  if (my_group == 0) {
    log.info(fmt::format("{}{} training{}{}{}{}{}", words, round.members.size(),
                         round.members.size() == 1 ? "" : "s",
                         share.of > 1 ? fmt::format(", {} in share {}/{}", all, share.number, share.of) : "",
                         done > 0 ? fmt::format(", {} of them done already", done) : "",
                         failed > 0 ? fmt::format(", {} known to fail", failed) : "",
                         groups > 1 ? fmt::format("; {} groups of ranks", groups) : ""));
  }
  return work;
}

}  // namespace jetrain
