#pragma once

/// \file
/// A network's layers and weights as Keras has them, in Keras' order.

#include <string>
#include <vector>

#include "nn/model.hpp"

namespace jetrain {

/// One array of a layer as Keras has it.
struct KerasWeight {
  std::string name;
  std::vector<std::int64_t> shape;
  const ParameterView* view = nullptr;  ///< null: Keras alone has it
  std::int64_t channels = 1;            ///< stand first here, last in Keras
  bool is_squared = false;              ///< Keras has the variance of this deviation
};

struct KerasLayer {
  std::string name;
  std::vector<KerasWeight> weights;
  std::string ours;  ///< the layer's name here
};

/// Layers ordered by their distance from the network's output, the farthest first. An activation stands
/// inside the layer before it, as `activation` does in Keras.
std::vector<KerasLayer> keras_layers(const Model& model);

/// The numbers of one array, from ours and back to ours.
std::vector<float> to_keras(const KerasWeight& weight, const float* values);
std::vector<float> from_keras(const KerasWeight& weight, const float* values);

}  // namespace jetrain
