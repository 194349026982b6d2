#pragma once

/// \file
/// The settings of a training that goes on from another one's weights: which are taken, which stay as they
/// are, and how fast the others move. Layers are named by patterns (core/name_pattern.hpp).

#include <map>
#include <string>
#include <vector>

namespace jetrain {

struct StartConfig {
  std::string model;
  std::vector<std::string> layers;
  std::vector<std::string> except;
  void fields(auto& visit) {
    visit(
        "model", model,
        "the best.h5 of another run, or an .npz of `jetrain convert`, whose weights are taken by name and "
        "shape before the first step, running averages and the statistics of `standardize` with their layer; "
        "layers of another shape start anew; read once, not by --resume; none: all start anew");
    visit("layers", layers, "which are taken, by patterns of their names (`*`, `?`, `[a-z]`); none: all");
    visit("except", except, "which are not, by patterns");
  }

  bool used() const { return !model.empty(); }
};

/// Numbers above 0 by patterns of layers' names; whatever their order, they mean the same.
struct RateFactors {
  std::map<std::string, double> of;
};

}  // namespace jetrain
