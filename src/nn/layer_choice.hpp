#pragma once

/// \file
/// Layers that a config names by patterns (core/name_pattern.hpp).

#include <string>
#include <vector>

#include "config/transfer.hpp"

namespace jetrain {

/// For each of `layers` whether a pattern matches it. UsageError, naming `key`, where a pattern matches none.
std::vector<bool> chosen_layers(const std::vector<std::string>& patterns,
                                const std::vector<std::string>& layers, const std::string& key);

/// What the learning rate of each of `layers` is multiplied by: the number of the most special pattern that
/// matches it, else 1. UsageError where a pattern matches none, or where two that say as much of a layer have
/// different numbers for it.
std::vector<double> rate_factors(const RateFactors& factors, const std::vector<std::string>& layers);

}  // namespace jetrain
