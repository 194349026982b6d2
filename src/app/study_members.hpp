#pragma once

/// \file
/// The members of a study that a group of ranks trains, one after another.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/study.hpp"
#include "app/study_progress.hpp"
#include "comm/communicator.hpp"
#include "comm/watchdog.hpp"
#include "study/ranking.hpp"
#include "study/rounds.hpp"
#include "study/share.hpp"
#include "study/study_data.hpp"
#include "study/study_locks.hpp"
#include "study/trials.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// What this process, or its group of ranks, trains in a round.
struct Work {
  std::vector<std::size_t> members;  ///< their numbers in the family
  std::vector<std::int64_t> epochs;  ///< that each has at the round's end; 0: all
};

/// What is left of the share; groups take it in turns. `known`: of each of the round's members, whether it is
/// done, or fails. `words`: what the round is called. Says so.
Work work_of(const Round& round, const std::string& words, const Share& share,
             const std::vector<TrialStatus>& known, int my_group, int groups, Log& log);

/// Trains members of a family, one after another; keeps the jets from round to round.
class MemberTrainer {
 public:
  /// `needed`: all that it may be asked to train. `group`: the ranks that train together.
  MemberTrainer(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                std::vector<Trial> needed, int threads, const Communicator& group, Log& log);
  ~MemberTrainer();

  /// A stop signal, or a mistake in the config, ends the study; returns a line for each member that an error
  /// of files or memory broke off. Collective over the group.
  std::string train(const Work& work, std::optional<StudyLocks>& locks);

 private:
  struct Member;
  void train_once(const Member& member, Watchdog& watchdog, StudyProgress& progress);
  std::string run(const Member& member, Watchdog& watchdog, StudyProgress& progress);
  bool take(const Member& member, std::optional<StudyLocks>& locks);

  const StudyOptions& options_;
  const Config& config_;
  const std::vector<Trial>& trials_;
  std::vector<Trial> needed_;
  int threads_;
  const Communicator& group_;
  Log& log_;
  std::unique_ptr<StudyData> data_;  ///< none: not read yet
};

}  // namespace jetrain
