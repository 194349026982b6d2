#pragma once

/// \file
/// One factory per kind of layer, each in its own file; layer.cpp chooses among them.

#include <memory>

#include "jetrain/nn/layer.hpp"

namespace jetrain {

std::unique_ptr<Layer> make(const Conv2dConfig& config, const Shape& input);
std::unique_ptr<Layer> make(const MaxPool2dConfig& config, const Shape& input);
std::unique_ptr<Layer> make(const FlattenConfig& config, const Shape& input);
std::unique_ptr<Layer> make(const DenseConfig& config, const Shape& input);
std::unique_ptr<Layer> make(const ReluConfig& config, const Shape& input);

}  // namespace jetrain
