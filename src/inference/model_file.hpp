#pragma once

/// \file
/// A trained model as one self-contained HDF5 file (RUN/best.h5):
///   /                      attributes format = "jetrain model", version = 1, weights_hash
///   /config                the resolved config (YAML) as a scalar string
///   /weights/LAYER/kernel  float32, shaped and ordered as in Keras
///   /weights/LAYER/bias    float32
///   /start                 where the training began with another one's weights, whose and which (JSON)
///   /reweighting           where train.reweight is used, what was done (JSON), for whoever opens the file

#include <string>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "inference/model_input.hpp"

namespace jetrain {

struct StoredModel {
  Config config;
  Model model;
  std::string start{};  ///< as ModelNotes have it
};

/// What a model's file says besides, as JSON; empty: nothing.
struct ModelNotes {
  std::string reweighting;  ///< of the training set
  std::string start;        ///< whose weights the training began with
};

/// XXH3-128 of the parameters' bytes in arena order, in hexadecimal.
std::string weights_hash(std::span<const float> parameters);

/// DataError naming `path`, the layer, and the first weight that is no number, or infinite: scores of such a
/// network are none.
void require_finite_weights(const Model& model, const std::string& path);

/// Writes the file whole or not at all. On one rank.
void save_model(const std::string& path, const Config& config, const Model& model,
                std::span<const float> parameters, const ModelNotes& notes = {});

/// On one rank; needs no MPI. DataError where the file is no model, damaged, of a newer jetrain, or where its
/// weights do not have the hash that was stored with them, or are not all finite.
StoredModel read_model(const std::string& path);

/// Rank 0 reads as read_model() does, all ranks get it, or learn why not. Collective.
StoredModel load_model(const std::string& path, const Communicator& comm);

}  // namespace jetrain
