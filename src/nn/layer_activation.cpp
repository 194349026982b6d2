#include "nn/layer_activation.hpp"

namespace jetrain {

LayerConfig layer_of_activation(const std::string& name) {
  if (name == "relu") return {ReluConfig{}};
  if (name == "leaky_relu") return {LeakyReluConfig{}};
  if (name == "elu") return {EluConfig{}};
  if (name == "gelu") return {GeluConfig{}};
  if (name == "tanh") return {TanhConfig{}};
  if (name == "sigmoid") return {SigmoidConfig{}};
  return {SoftmaxConfig{}};
}

InitializerConfig resolved(const InitializerConfig& wanted, const InitializerConfig& general,
                           const std::string& activation) {
  const InitializerConfig& chosen =
      std::holds_alternative<DefaultInitializer>(wanted.kind) ? general : wanted;
  const bool open = std::holds_alternative<AutoInitializer>(chosen.kind) ||
                    std::holds_alternative<DefaultInitializer>(chosen.kind);
  if (!open) return chosen;
  const bool rectifies =
      activation == "relu" || activation == "leaky_relu" || activation == "elu" || activation == "gelu";
  if (rectifies) return {HeUniformInitializer{}};
  return {GlorotUniformInitializer{}};
}

}  // namespace jetrain
