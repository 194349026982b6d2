#pragma once

/// \file
/// What a whole model of Keras (model.save("model.h5"), Keras 2, and 3 where the name ends in .h5) says of
/// its layers: the attribute model_config, a text in JSON. A Sequential is a list of layers, a Functional one
/// of layers with their inputs ("inbound_nodes", which each release writes in its own way); either may be a
/// layer of another.

#include <optional>
#include <string>

#include "exchange/network_outline.hpp"

namespace jetrain {

struct KerasConfig {
  Outline outline;
  KerasConventions conventions;
};

/// `training`: the file's training_config; empty: it has none. DataError, which names the layer, where it is
/// no such text, or a layer is of a class that jetrain has not, or is used more than once.
KerasConfig parse_keras_config(const std::string& path, const std::string& model,
                               const std::string& training);

}  // namespace jetrain
