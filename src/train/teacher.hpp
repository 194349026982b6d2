#pragma once

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"

namespace jetrain {

/// Where config.train.teacher is used, gives each training sample of `loaded` its part `teacher`, and the
/// record of who taught. Scores of a file belong to samples by their rows, or, where a cache has no rows, or
/// the file none, by their order; labels must agree. CollectiveError where a sample has no score. Collective.
void teach(const Config& config, LoadedSamples& loaded, const Communicator& comm, const Say& say);

}  // namespace jetrain
