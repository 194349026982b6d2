#pragma once

/// \file
/// How layers are made: one specialisation of make_layer per kind, each in its own file. The network's graph
/// (graph.cpp) chooses among them; residual blocks and features are not layers but parts of the graph.

#include <memory>
#include <vector>

#include "config/layers.hpp"
#include "nn/layer.hpp"

namespace jetrain {

/// The layer that `config` describes on top of `input`; UsageError where the shapes do not allow it. An
/// activation in the config is the graph's business.
template <class Config>
std::unique_ptr<Layer> make_layer(const Config& config, const Shape& input);

/// The same for a layer that looks at more than what stands before it: at momenta or angles of the
/// constituents, at pairs of them, or at their weights.
template <class Config>
std::unique_ptr<Layer> make_layer_on(const Config& config, const std::vector<Shape>& inputs);

/// y = the sum of two or more inputs of one shape.
std::unique_ptr<Layer> make_add(std::vector<Shape> inputs);
/// The features of vectors, one after another.
std::unique_ptr<Layer> make_concatenate(std::vector<Shape> inputs);

/// Refuses what is no image where `kind` needs one.
const ImageShape& require_image(const Shape& input, const char* kind);
/// The same of a vector; `of_an_image` ends the message about an image.
const VectorShape& require_vector(const Shape& input, const char* kind, const char* of_an_image = "");
/// The same of a set of constituents.
const SetShape& require_set(const Shape& input, const char* kind);
/// The values of a sample; refuses what has another number of them in each.
std::int64_t require_fixed_size(const Shape& input, const char* kind);

}  // namespace jetrain
