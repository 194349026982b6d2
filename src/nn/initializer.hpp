#pragma once

#include <cstdint>
#include <span>

#include "nn/layer.hpp"

namespace jetrain {

/// Fills one array as its spec's initializer says. Its random numbers are keyed by (seed, index).
void initialize(const ParameterSpec& spec, std::uint64_t seed, std::uint64_t index, std::span<float> values);

}  // namespace jetrain
