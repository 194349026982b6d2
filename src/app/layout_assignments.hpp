#pragma once

/// \file
/// `--set` of verbs that read files which no config names: how jets stand in them, and nothing else.

#include <string>
#include <vector>

#include "config/config.hpp"

namespace jetrain {

struct LayoutAssignments {
  DataConfig data;  ///< defaults, but for what is said
  bool preset_is_named = false;
};

/// UsageError where one of the `--set key=value` words is wrong, or of another key than data.preset,
/// data.jets, data.table and data.weights.
LayoutAssignments parse_layout(const std::vector<std::string>& assignments);

/// A model's config that reads files as the assignments say, instead of as its training's files were read.
/// With data.preset among them nothing of how those were read stays, but for the columns that the network
/// sees; without it, only what is said is other. Columns that it sees may have other names, in the same
/// order. UsageError as above, or where that is no layout for the network.
Config with_layout(const Config& config, const std::vector<std::string>& assignments);

}  // namespace jetrain
