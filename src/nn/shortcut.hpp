#pragma once

#include <optional>

#include "config/layers.hpp"
#include "nn/shape.hpp"

namespace jetrain {

/// What a residual block's input goes through before it is added to what the block's layers make of it:
/// nothing where that is the input itself, else a 1x1 convolution or a dense layer. UsageError, which names
/// both shapes, where none makes `to` out of `from`.
std::optional<LayerConfig> shortcut_layer(const ResidualConfig& config, const Shape& from, const Shape& to);

}  // namespace jetrain
