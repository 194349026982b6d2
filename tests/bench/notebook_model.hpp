#pragma once

#include "jetrain/nn/model.hpp"

namespace jetrain::bench {

/// The network of configs/notebook.yaml: 216,546 parameters.
inline Model notebook_model() {
  const Conv2dConfig convolution{.filters = 8, .kernel = {4, 4}, .padding = "same", .activation = "relu"};
  const DenseConfig hidden{.units = 64, .activation = "relu"};
  const DenseConfig output{.units = 2, .activation = "softmax"};
  Model model({{convolution, convolution, MaxPool2dConfig{2}, convolution, convolution, FlattenConfig{},
                hidden, hidden, hidden, output}},
              Shape::image(1, 40, 40));
  model.initialize(1);
  return model;
}

}  // namespace jetrain::bench
