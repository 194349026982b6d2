#pragma once

/// \file
/// One checkpoint: an HDF5 file, sealed with a checksum, readable with h5py.
///
///     /config                 text: the run's config (YAML)
///     /parameters             (parameters) float32: the replica's
///     /best_parameters        (parameters) float32: those kept so far
///     /optimizer/0, 1, ...    (trainable parameters) float32: the optimizer's moments, the weights' average
///     /history                (epochs, 12) float64: EpochRecord's values in their order
///     /numbers                (13) float64: the rest of TrainingState in its order
///     attributes              format, version, data (fingerprint of the jets)

#include <string>

#include "config/config.hpp"
#include "train/training_state.hpp"

namespace jetrain {

struct Checkpoint {
  Config config;
  std::string data;  ///< fingerprint of training and validation jets
  TrainingState state;
  std::string start{};  ///< whose weights the training began with (run/start_record.hpp); empty: none
};

/// On one rank. The file appears whole or not at all; DataError with the reason where it cannot.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// On one rank. DataError where the file is damaged, is no checkpoint of this version,
/// or has weights that are not finite.
Checkpoint load_checkpoint(const std::string& path);

}  // namespace jetrain
