#include "app/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "app/study_folder.hpp"
#include "app/study_members.hpp"
#include "comm/threads.hpp"
#include "core/input_file.hpp"
#include "core/output_file.hpp"
#include "core/stop_signal.hpp"
#include "dataset/array_file.hpp"
#include "dataset/data_files.hpp"
#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "row_kernels/product_choice.hpp"
#include "run/config_file.hpp"
#include "study/trial_state.hpp"

namespace jetrain {
namespace {

namespace fs = std::filesystem;

void require_ranks(const Config& config, const Communicator& comm) {
  if (config.study.groups <= comm.size()) return;
  throw UsageError(
      fmt::format("study.groups: {} groups need as many ranks, but there {}: start more, or use fewer groups",
                  config.study.groups, comm.size() == 1 ? "is 1" : fmt::format("are {}", comm.size())));
}

/// Whether a variant names no data files of its own.
bool same_files(const DataConfig& variant, const DataConfig& study) {
  return variant.files == study.files && variant.train_files == study.train_files &&
         variant.validation_files == study.validation_files && variant.test_files == study.test_files &&
         variant.cache == study.cache;
}

/// "round 2 of 4, 3 epochs: ", of a family that has several.
std::string words_of(const Round& round, std::size_t number, std::size_t rounds) {
  if (rounds == 1) return "";
  const bool to_the_end =
      std::all_of(round.epochs.begin(), round.epochs.end(), [](std::int64_t e) { return e == 0; });
  const bool alike = std::all_of(round.epochs.begin(), round.epochs.end(),
                                 [&](std::int64_t e) { return e == round.epochs.front(); });
  const std::string epochs = to_the_end ? "to the last epoch"
                             : alike    ? fmt::format("to epoch {}", round.epochs.front())
                                        : "to each bracket's next rung";
  return fmt::format("round {} of {}, {}: ", number + 1, rounds, epochs);
}

/// How far a study has come: the first round that has not ended, or the last one.
struct Progress {
  Round round;
  std::size_t number = 0;
  std::int64_t ended = 0;  ///< of its members
  std::int64_t members = 0;
};

/// On one rank. A member that was broken off has ended, but no further round begins without it.
Progress progress_of(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials) {
  Progress at;
  for (std::size_t number = 0; number < rounds_of(config); ++number) {
    at.round = round_of(config, trials, options.output, number);
    at.number = number;
    at.members = std::ssize(at.round.members);
    at.ended = 0;
    for (std::size_t i = 0; i < at.round.members.size(); ++i) {
      const bool last = number + 1 == rounds_of(config);
      const Trial& trial = trials[at.round.members[i]];
      at.ended += has_reached(options.output, trial, at.round.epochs[i]) ||
                          has_failed(options.output, trial) || (last && has_ended(options.output, trial))
                      ? 1
                      : 0;
    }
    if (at.ended < at.members) return at;
  }
  return at;
}

/// From what stands on disk; only where all have ended, so that of several processes the last one ranks.
/// Returns a line for each member that was broken off, by whatever process. On one rank.
std::string write_tables(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                         StudyLocks& locks, Log& log) {
  locks.take_tables();
  if (const Progress at = progress_of(options, config, trials); at.ended < at.members) {
    log.info(fmt::format("{}{} of the {} trainings are there; the process that ends last ranks them{}",
                         words_of(at.round, at.number, rounds_of(config)), at.ended, at.members,
                         rounds_of(config) > 1
                             ? ". The next round begins with all of them: when they are there, give the "
                               "same command again"
                             : ""));
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
  const std::vector<Ranked> ranking = rank(trials, outcomes, config.study.monitor, rounds_of(config) > 1);
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

/// Rank 0's, on all ranks: what stands in the folder decides. Collective.
Round common_round(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                   std::size_t number, const Communicator& comm) {
  Round round;
  comm.agree([&] {
    if (comm.is_root()) round = round_of(config, trials, options.output, number);
  });
  comm.broadcast(round.members);
  comm.broadcast(round.epochs);
  return round;
}

/// Of each of the round's members, as rank 0 finds it. Collective.
std::vector<TrialStatus> known_of(const StudyOptions& options, const std::vector<Trial>& trials,
                                  const Round& round, const Communicator& comm) {
  std::vector<TrialStatus> known;
  comm.agree([&] {
    for (std::size_t i = 0; i < round.members.size() && comm.is_root(); ++i) {
      const Trial& trial = trials[round.members[i]];
      known.push_back(has_reached(options.output, trial, round.epochs[i]) ? TrialStatus::done
                      : has_failed(options.output, trial)                 ? TrialStatus::failed
                                                                          : TrialStatus::not_run);
    }
  });
  comm.broadcast(known);
  return known;
}

std::vector<Trial> trials_of(const Work& work, const std::vector<Trial>& trials) {
  std::vector<Trial> own;
  for (const std::size_t member : work.members) own.push_back(trials[member]);
  return own;
}

/// Whether the round after this one can begin. Collective.
bool can_go_on(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
               std::size_t number, const Communicator& comm) {
  std::int64_t can = 0;
  comm.agree([&] {
    if (comm.is_root()) can = progress_of(options, config, trials).number > number ? 1 : 0;
  });
  return comm.max(can) != 0;
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
  for (Trial& trial : trials) {
    if (!same_files(trial.config.data, config.data)) complete_files(trial.config.data, comm);
  }
  comm.agree([&] {
    for (const Trial& trial : trials) {  // what cannot be is refused before the first
      make_model(trial.config);
      if (trial.config.input == InputKind::constituents) static_cast<void>(kernels::products());
    }
    require_ranks(config, comm);
    if (comm.is_root()) enter_study(options.output, options.overwrite, config, trials, locks);
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
  comm.agree([&] {
    if (group.is_root() && !locks) locks.emplace(options.output);
  });
  if (my_group == 0 && config.study.repeats > 1 && config.data.split.method == SplitMethod::random &&
      config.data.split.seed < 0)
    log.info(
        "note: each repeat draws a random split of its own, so that no jets can test all of them; "
        "data.split.seed keeps one");

  // 3. The trainings, round after round. A signal stops all groups; what else ends the work of one ends the
  // job.
  std::optional<MemberTrainer> trainer;
  std::string broken;
  const std::size_t rounds = rounds_of(config);
  for (std::size_t number = 0; number < rounds; ++number) {
    const Round round = common_round(options, config, trials, number, comm);
    const std::vector<TrialStatus> known = known_of(options, trials, round, comm);
    const Work work = work_of(round, words_of(round, number, rounds), share, known, my_group, groups, log);
    if (!trainer)
      trainer.emplace(options, config, trials, rounds > 1 ? trials : trials_of(work, trials), threads, group,
                      log);
    bool stopped = false;
    try {
      broken = trainer->train(work, locks);
    } catch (const CollectiveError& error) {
      stopped = error.status() == ExitStatus::requeue;
      if (!stopped && groups == 1) throw;
      // The other groups know nothing of it and may train for hours: an error of this rank alone ends them.
      if (!stopped && group.is_root()) throw Error(error.what(), error.status());
    }
    if (comm.max(std::int64_t{stopped}) != 0) {
      throw CollectiveError("stopped by a signal; the same command goes on where the study stands",
                            ExitStatus::requeue);
    }
    broken = all_lines(broken, group, comm);
    if (number + 1 < rounds && !can_go_on(options, config, trials, number, comm)) break;
  }

  // 4. What came of it.
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
