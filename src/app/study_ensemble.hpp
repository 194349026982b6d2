#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/study.hpp"
#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "pictures/page.hpp"
#include "study/trials.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// Where a study is of one network with several seeds, whose validation jets are the same, and all have
/// ended: scores these jets with each one's best model, prints how good they are, with mean, spread and
/// median, and how good their ensemble, and writes the ensemble's scores (ensemble.h5) and all figures
/// (ensemble.json). Returns a section for the study's page, on rank 0. Collective.
std::optional<PageSection> measure_ensemble(const StudyOptions& options, const Config& config,
                                            const std::vector<Trial>& trials, const Communicator& comm,
                                            Log& log);

}  // namespace jetrain
