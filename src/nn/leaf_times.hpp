#pragma once

#include <cstddef>
#include <vector>

namespace jetrain {

/// Seconds of one thread's leaves, by layer and direction.
struct LeafTimes {
  explicit LeafTimes(std::size_t layers)
      : forward(layers), backward_parameters(layers), backward_input(layers) {}
  std::vector<double> forward;
  std::vector<double> backward_parameters;
  std::vector<double> backward_input;
  double loss = 0;
};

}  // namespace jetrain
