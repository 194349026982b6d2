#pragma once

/// \file
/// From a network's config to the sequence in which its layers are computed. Activations are numbered: 0 is
/// the image (or vector) that comes in, 1 the high-level features, then one for each layer's output. A
/// residual block or joined features make one activation the input of two layers.

#include <string>
#include <vector>

#include "config/config.hpp"
#include "nn/model.hpp"

namespace jetrain {

struct Graph {
  std::vector<Node> nodes;
  std::vector<Shape> activations;
};

/// UsageError names the layer, as in model.layers[2].residual.layers[0], and both shapes where layers do not
/// fit. `loss_activation`: the loss computes it, so a last layer with it goes without.
Graph build_graph(const ModelConfig& config, const ModelInput& input, const std::string& loss_activation);

}  // namespace jetrain
