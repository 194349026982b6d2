#pragma once

#include "nn/model.hpp"

namespace jetrain::bench {

/// The network of configs/notebook.yaml: 216,546 parameters.
inline Model notebook_model() {
  const Config config = parse_config(
      "model:\n"
      "  layers:\n"
      "    - conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}\n"
      "    - conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}\n"
      "    - max_pool2d: {size: 2}\n"
      "    - conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}\n"
      "    - conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}\n"
      "    - flatten\n"
      "    - dense: {units: 64, activation: relu}\n"
      "    - dense: {units: 64, activation: relu}\n"
      "    - dense: {units: 64, activation: relu}\n"
      "    - dense: {units: 2, activation: softmax}\n",
      "notebook", {}, false);
  Model model(config.model, Shape::image(1, 40, 40));
  model.initialize(1);
  return model;
}

}  // namespace jetrain::bench
