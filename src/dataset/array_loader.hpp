#pragma once

/// \file
/// Samples from plain HDF5 arrays (data.arrays): features (N, F) or images (N, C, H, W), labels (N) or (N,
/// K).

#include "dataset/sample_loader.hpp"

namespace jetrain {

/// Fills config.data.arrays.shape and .targets from the first file, where they are not given. Does nothing
/// for jets. Collective.
void complete_arrays(Config& config, const Communicator& comm);

/// The sets that `wanted` names, as the config describes them. Each rank reads an equal share of the rows.
/// DataError (agreed on) where shapes differ from the config's, a value is not finite, or a label is no
/// class. Collective.
LoadedSamples load_arrays(const Config& config, const std::vector<Set>& wanted, const Communicator& comm);

/// All rows of `files`, as one set. Collective.
LoadedSamples load_arrays(const Config& config, const std::vector<std::string>& files, Set set,
                          const Communicator& comm);

}  // namespace jetrain
