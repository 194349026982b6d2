#pragma once

/// \file
/// Weights in HDF5 as Keras keeps them (model.h5 of model.save and model.save_weights; Keras 2, and 3 for
/// names that end in .h5 but not in .weights.h5):
///   /                             attributes layer_names (texts, in the network's order), backend,
///                                 keras_version; in a whole model all this stands in /model_weights
///   /LAYER                        attribute weight_names (texts, in Keras' order; none where it has no
///   weights) /LAYER/LAYER/kernel:0, ...    datasets, wherever under /LAYER the weight names say
/// Keras matches the layers that have weights by their order, so theirs is followed here.

#include <string>

#include "nn/model.hpp"

namespace jetrain {

/// Writes the file whole or not at all. On one rank.
void save_keras(const std::string& path, const Model& model);

/// Fills the model's parameters. DataError where the file is not of this layout, or where its layers or their
/// shapes are not those of the network, naming both. On one rank.
void load_keras(const std::string& path, Model& model);

}  // namespace jetrain
