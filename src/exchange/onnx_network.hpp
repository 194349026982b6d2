#pragma once

#include "exchange/onnx_graph.hpp"
#include "nn/model.hpp"

namespace jetrain {

/// Says a network in ONNX's operators, from its inputs to `scores`: each layer is one operator or several,
/// whose last gives a tensor of the layer's name.
void add_network(OnnxGraph& graph, const Model& model);

}  // namespace jetrain
