#pragma once

/// \file
/// Weights in HDF5 as Keras keeps them (model.h5 of model.save and model.save_weights; Keras 2, and 3 for
/// names that end in .h5 but not in .weights.h5):
///   /                             attributes layer_names (texts, in the network's order), backend,
///                                 keras_version; in a whole model all this stands in /model_weights
///   /LAYER                        attribute weight_names (texts, in Keras' order; none where it has no
///   weights) /LAYER/LAYER/kernel:0, ...    datasets, wherever under /LAYER the weight names say
/// Keras matches the layers that have weights by their order, so theirs is followed here, where there is no
/// model_config (exchange/keras_config.hpp) that says which layer is which.
/// A model that is a layer of another has one group, with the weights of its layers one after another:
///   /MODEL                        attribute weight_names (LAYER/kernel:0, LAYER/bias:0, ...); weights that
///                                 are not trained, as of frozen layers, come last

#include <string>

#include "nn/model.hpp"

namespace jetrain {

/// Writes the file whole or not at all. On one rank.
void save_keras(const std::string& path, const Model& model);

/// What a file's weights were compared by.
enum class KerasComparison { shapes, config };

/// Fills the model's parameters. DataError where the file is not of this layout, or where its layers, their
/// settings, if it says them, or their shapes are not those of the network, naming both; or where a weight is
/// no number. On one rank.
KerasComparison load_keras(const std::string& path, Model& model);

}  // namespace jetrain
