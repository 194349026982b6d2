#pragma once

/// \file
/// A network of a few layers for 8 x 8 images, for tests of what drives networks.

#include "config/config.hpp"
#include "nn/model.hpp"

namespace jetrain::test {

inline Model small_network() {
  const Config config = parse_config(
      "model:\n"
      "  layers:\n"
      "    - conv2d: {filters: 3, kernel: 4, padding: same, activation: relu}\n"
      "    - max_pool2d: {size: 2}\n"
      "    - flatten\n"
      "    - dense: {units: 7, activation: relu}\n"
      "    - dense: {units: 2, activation: softmax}\n",
      "small.yaml", {}, false);
  Model model(config.model, Shape::image(1, 8, 8));
  model.initialize(3);
  return model;
}

}  // namespace jetrain::test
