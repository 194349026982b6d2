#pragma once

/// \file
/// Where a study stands, round by round, as its folder says it.

#include <cstdint>
#include <string>
#include <vector>

#include "app/study.hpp"
#include "comm/communicator.hpp"
#include "study/ranking.hpp"
#include "study/rounds.hpp"

namespace jetrain {

/// "round 2 of 4, to epoch 3: ", of a family that has several.
std::string words_of(const Round& round, std::size_t number, std::size_t rounds);

/// How far a study has come: the first round that has not ended, or the last one.
struct Progress {
  Round round;
  std::size_t number = 0;
  std::int64_t ended = 0;  ///< of its members
  std::int64_t members = 0;
};

/// On one rank. A member that was broken off has ended, but no further round begins without it.
Progress progress_of(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials);

/// Rank 0's, on all ranks: what stands in the folder decides. Collective.
Round common_round(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                   std::size_t number, const Communicator& comm);

/// Of each of the round's members, as rank 0 finds it: done, failed, or to be trained. Collective.
std::vector<TrialStatus> known_of(const StudyOptions& options, const std::vector<Trial>& trials,
                                  const Round& round, const Communicator& comm);

/// Whether the round after this one can begin. Collective.
bool can_go_on(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
               std::size_t number, const Communicator& comm);

}  // namespace jetrain
