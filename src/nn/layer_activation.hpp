#pragma once

/// \file
/// What the words of a layer's config stand for: its `activation`, and `auto` and `default` of its
/// initializers.

#include "config/layers.hpp"

namespace jetrain {

/// The layer that an activation stands for, as one would write it by itself.
LayerConfig layer_of_activation(LayerActivation activation);

/// `wanted` in plain terms, in front of this activation; `general`: what model.initializer says.
InitializerConfig resolved(const InitializerConfig& wanted, const InitializerConfig& general,
                           LayerActivation activation);

}  // namespace jetrain
