#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/study.hpp"
#include "app/study_ensemble.hpp"
#include "config/config.hpp"
#include "study/study_locks.hpp"
#include "study/trials.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// Writes study.csv and ranking.csv from what stands in the folder; only where all have ended, so that of
/// several processes the last one ranks. Returns a line for each member that was broken off, by whatever
/// process. On one rank.
std::string write_tables(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                         StudyLocks& locks, Log& log);

/// Writes study.html, and the ensemble's files where there is one; likewise. On one rank.
void write_study_page(const StudyOptions& options, const Config& config, const std::vector<Trial>& trials,
                      const std::optional<MeasuredEnsemble>& ensemble, StudyLocks& locks, Log& log);

}  // namespace jetrain
