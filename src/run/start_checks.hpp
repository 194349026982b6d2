#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "nn/graph.hpp"

namespace jetrain {

/// A training and the one whose weights it begins with.
struct StartPair {
  const Config& parent;
  const Config& own;
  const Graph& graph;                  ///< the new network
  const std::set<std::string>& taken;  ///< its layers that have the parent's weights
  std::string path;                    ///< of the parent's file
};

/// UsageError where the networks see inputs of another kind: images, constituents, arrays.
void require_same_input(const Config& parent, const Config& own, const std::string& path);

/// Names and shapes can be equal where meanings are not. Refused is what cannot be meant: features in another
/// order, where a layer that is taken stands on them; classes in another order, where the layer that gives
/// them is taken. UsageError with what to do; gives back what is to be said of other differences.
std::vector<std::string> check_meaning(const StartPair& pair);

}  // namespace jetrain
