#include "kernels/activation.hpp"

#include "nn/layers.hpp"

namespace jetrain {
namespace {

using kernels::Activation;

/// y = max(x, 0) as a layer of its own (`activation: relu` inside conv2d and dense is the faster way to say
/// it).
class Relu final : public Layer {
 public:
  explicit Relu(const Shape& input) : Layer("relu", input, input) {}

  bool output_is_relu() const override { return true; }
  /// y > 0 only where x > 0: a mask by x changes nothing.
  bool masks_while_writing() const override { return true; }
  void forward(const LayerPass&, ConstPlanes x, Planes y) const override { kernels::relu_forward(x, y); }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes y, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::relu_backward(y, dy, dx);
  }
};

class Linear final : public Layer {
 public:
  explicit Linear(const Shape& input) : Layer("linear", input, input) {}

  void forward(const LayerPass&, ConstPlanes x, Planes y) const override { kernels::copy(x, y); }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::copy(dy, dx);
  }
};

/// The other element-wise functions.
class ElementWise final : public Layer {
 public:
  ElementWise(const char* kind, Activation function, const Shape& input)
      : Layer(kind, input, input), function_(function) {}

  LayerSettings settings() const override { return {.alpha = function_.alpha}; }

  void forward(const LayerPass&, ConstPlanes x, Planes y) const override {
    kernels::activation_forward(function_, x, y);
  }
  void backward_input(const LayerPass&, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::activation_backward(function_, x, y, dy, dx);
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
  return std::make_unique<ElementWise>("leaky_relu", function, input);
}
template <>
std::unique_ptr<Layer> make_layer(const EluConfig& config, const Shape& input) {
  const Activation function{Activation::Kind::elu, static_cast<float>(config.alpha)};
  return std::make_unique<ElementWise>("elu", function, input);
}
template <>
std::unique_ptr<Layer> make_layer(const GeluConfig&, const Shape& input) {
  return std::make_unique<ElementWise>("gelu", Activation{Activation::Kind::gelu}, input);
}
template <>
std::unique_ptr<Layer> make_layer(const TanhConfig&, const Shape& input) {
  return std::make_unique<ElementWise>("tanh", Activation{Activation::Kind::tanh}, input);
}
template <>
std::unique_ptr<Layer> make_layer(const SigmoidConfig&, const Shape& input) {
  return std::make_unique<ElementWise>("sigmoid", Activation{Activation::Kind::sigmoid}, input);
}

}  // namespace jetrain
