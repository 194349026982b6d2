#pragma once

/// \file
/// What the words of a layer's config stand for: its `activation`, and `auto` and `default` of its
/// initializers.

#include <string>

#include "config/layers.hpp"

namespace jetrain {

/// The layer that an activation's name stands for, as one would write it by itself.
LayerConfig layer_of_activation(const std::string& name);

/// `wanted` in plain terms, in front of this activation; `general`: what model.initializer says.
InitializerConfig resolved(const InitializerConfig& wanted, const InitializerConfig& general,
                           const std::string& activation);

}  // namespace jetrain
