#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/study.hpp"
#include "app/tagger_table.hpp"
#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "pictures/page.hpp"
#include "statistics/ensemble.hpp"
#include "study/trials.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// How good the trainings of one network with several seeds are, and how good together.
struct MeasuredEnsemble {
  Ensemble scores;
  TaggerTable table;
  std::string jets;  ///< which jets, and what the errors are
};

/// Where a study is of one network with several seeds, whose validation jets are the same, and all have
/// ended: scores these jets with each one's best model. On rank 0; where that cannot be, it is a warning.
/// Collective.
std::optional<MeasuredEnsemble> measure_ensemble(const StudyOptions& options, const Config& config,
                                                 const std::vector<Trial>& trials, const Communicator& comm,
                                                 Log& log);

/// Its scores (ensemble.h5) and all figures (ensemble.json). On one rank.
void write_ensemble_files(const std::string& folder, const MeasuredEnsemble& ensemble);

/// For the study's page.
PageSection section_of(const MeasuredEnsemble& ensemble);

}  // namespace jetrain
