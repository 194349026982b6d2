#pragma once

/// \file
/// The members of a study that a group of ranks trains, one after another.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/study.hpp"
#include "comm/communicator.hpp"
#include "study/ranking.hpp"
#include "study/share.hpp"
#include "study/study_locks.hpp"
#include "study/trials.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// Which of the members this process, or its group of ranks, trains.
struct Work {
  std::vector<std::size_t> members;
  std::vector<Trial> trials;
};

/// What is left of the share; groups take it in turns. `known`: of each of the family, whether it is done, or
/// fails. Says so.
Work work_of(const std::vector<Trial>& trials, const Share& share, const std::vector<TrialStatus>& known,
             int my_group, int groups, Log& log);

/// Trains them, `all` being the number of the whole family. A stop signal, or a mistake in the config, ends
/// the study; returns a line for each member that an error of files or memory broke off. Collective over the
/// group.
std::string train_members(const StudyOptions& options, const Config& config, const Work& work,
                          std::size_t all, int threads, std::optional<StudyLocks>& locks,
                          const Communicator& group, Log& log);

}  // namespace jetrain
