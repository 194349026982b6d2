#pragma once

#include <string>
#include <utility>
#include <vector>

#include "exchange/network_outline.hpp"

namespace jetrain {

/// Pairs of layers (in `file`, in `ours`) of two outlines of the same network, from the inputs on. DataError,
/// which names layers, settings and both values, where they differ.
std::vector<std::pair<std::size_t, std::size_t>> match_outlines(const std::string& path, const Outline& file,
                                                                const Outline& ours);

}  // namespace jetrain
