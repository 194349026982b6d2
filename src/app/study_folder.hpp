#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "study/study_locks.hpp"
#include "study/trials.hpp"

namespace jetrain {

/// Makes `folder` the place of a study with this config, kept in its `file`. A study that is there already
/// goes on only as the one that was begun: UsageError, with the key, where the config differs. On one rank.
void keep_study(const std::string& folder, const std::string& file, const Config& config);

/// A study goes on only as the one that was begun. From now on this process is at work in its folder, perhaps
/// with others: it has `locks`. On one rank.
void enter_study(const std::string& folder, bool overwrite, const Config& config,
                 const std::vector<Trial>& trials, std::optional<StudyLocks>& locks);

}  // namespace jetrain
