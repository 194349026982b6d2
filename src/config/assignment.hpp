#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "config/origins.hpp"

namespace jetrain {

/// Applies `a.b.c=value` to the YAML tree; maps on the way are made where they are missing. A number
/// addresses an entry of a list: model.layers.0.conv2d.filters=16.
void assign(YAML::Node root, const std::string& word, Origins& origins);

}  // namespace jetrain
