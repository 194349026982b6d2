#include "kernels/activation.hpp"

#include "nn/layers.hpp"

namespace jetrain {
namespace {

using kernels::Activation;

/// y = max(x, 0) as a layer of its own (`activation: relu` inside conv2d and dense is the faster way to say
/// it).
class Relu final : public Layer {
 public:
  explicit Relu(const Shape& input) : Layer(ReluDescription{}, {input}, input) {}

  /// y > 0 only where x > 0: a mask by x changes nothing.
  LayerNeeds needs() const override { return {.can_mask = true}; }
  void forward(const LayerPass& pass, Planes y) const override { kernels::relu_forward(pass.x(), y); }
  void backward_inputs(const LayerPass&, ConstPlanes y, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::relu_backward(y, dy, gradients.front().dx);
  }
};

class Linear final : public Layer {
 public:
  explicit Linear(const Shape& input) : Layer(LinearDescription{}, {input}, input) {}

  void forward(const LayerPass& pass, Planes y) const override { kernels::copy(pass.x(), y); }
  void backward_inputs(const LayerPass&, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::copy(dy, gradients.front().dx);
  }
};

/// The other element-wise functions.
class ElementWise final : public Layer {
 public:
  ElementWise(const LayerDescription& description, Activation function, const Shape& input)
      : Layer(description, {input}, input), function_(function) {}

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::activation_forward(function_, pass.x(), y);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes y, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::activation_backward(function_, pass.x(), y, dy, gradients.front().dx);
  }

 private:
  Activation function_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const LinearConfig&, const Shape& input) {
  return std::make_unique<Linear>(input);
}
template <>
std::unique_ptr<Layer> make_layer(const ReluConfig&, const Shape& input) {
  return std::make_unique<Relu>(input);
}
template <>
std::unique_ptr<Layer> make_layer(const LeakyReluConfig& config, const Shape& input) {
  const Activation function{Activation::Kind::leaky_relu, static_cast<float>(config.alpha)};
  return std::make_unique<ElementWise>(LeakyReluDescription{config.alpha}, function, input);
}
template <>
std::unique_ptr<Layer> make_layer(const EluConfig& config, const Shape& input) {
  const Activation function{Activation::Kind::elu, static_cast<float>(config.alpha)};
  return std::make_unique<ElementWise>(EluDescription{config.alpha}, function, input);
}
template <>
std::unique_ptr<Layer> make_layer(const GeluConfig&, const Shape& input) {
  return std::make_unique<ElementWise>(GeluDescription{}, Activation{Activation::Kind::gelu}, input);
}
template <>
std::unique_ptr<Layer> make_layer(const TanhConfig&, const Shape& input) {
  return std::make_unique<ElementWise>(TanhDescription{}, Activation{Activation::Kind::tanh}, input);
}
template <>
std::unique_ptr<Layer> make_layer(const SigmoidConfig&, const Shape& input) {
  return std::make_unique<ElementWise>(SigmoidDescription{}, Activation{Activation::Kind::sigmoid}, input);
}

}  // namespace jetrain
