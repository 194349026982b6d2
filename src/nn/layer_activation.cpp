#include "nn/layer_activation.hpp"

namespace jetrain {
namespace {

/// Whether it is 0, or nearly so, for half of its inputs.
bool rectifies(LayerActivation activation) {
  switch (activation) {
    case LayerActivation::relu:
    case LayerActivation::leaky_relu:
    case LayerActivation::elu:
    case LayerActivation::gelu:
      return true;
    case LayerActivation::linear:
    case LayerActivation::tanh:
    case LayerActivation::sigmoid:
    case LayerActivation::softmax:
      return false;
  }
  return false;
}

}  // namespace

LayerConfig layer_of_activation(LayerActivation activation) {
  switch (activation) {
    case LayerActivation::linear:
      return {LinearConfig{}};
    case LayerActivation::relu:
      return {ReluConfig{}};
    case LayerActivation::leaky_relu:
      return {LeakyReluConfig{}};
    case LayerActivation::elu:
      return {EluConfig{}};
    case LayerActivation::gelu:
      return {GeluConfig{}};
    case LayerActivation::tanh:
      return {TanhConfig{}};
    case LayerActivation::sigmoid:
      return {SigmoidConfig{}};
    case LayerActivation::softmax:
      return {SoftmaxConfig{}};
  }
  return {LinearConfig{}};
}

InitializerConfig resolved(const InitializerConfig& wanted, const InitializerConfig& general,
                           LayerActivation activation) {
  const InitializerConfig& chosen =
      std::holds_alternative<DefaultInitializer>(wanted.kind) ? general : wanted;
  const bool open = std::holds_alternative<AutoInitializer>(chosen.kind) ||
                    std::holds_alternative<DefaultInitializer>(chosen.kind);
  if (!open) return chosen;
  if (rectifies(activation)) return {HeUniformInitializer{}};
  return {GlorotUniformInitializer{}};
}

}  // namespace jetrain
