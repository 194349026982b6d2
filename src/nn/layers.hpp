#pragma once

/// \file
/// How layers are made: one specialisation of make_layer per kind, each in its own file. The network's graph
/// (graph.cpp) chooses among them; residual blocks and features are not layers but parts of the graph.

#include <memory>

#include "nn/layer.hpp"

namespace jetrain {

/// The layer that `config` describes on top of `input`; UsageError where the shapes do not allow it. An
/// activation in the config other than relu is a layer of its own, which the graph adds.
template <class Config>
std::unique_ptr<Layer> make_layer(const Config& config, const Shape& input);

/// y = a + b, or the larger of that and zero; both inputs have this shape.
std::unique_ptr<Layer> make_add(const Shape& input, bool relu);
/// The features of two vectors, one after another.
std::unique_ptr<Layer> make_concatenate(const Shape& first, const Shape& second);

/// Refuses a vector where an image is needed.
void require_image(const Shape& input, const char* kind);

}  // namespace jetrain
