#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// Probabilities of a vector of logits. Before cross_entropy, the loss does this itself, in one step.
class Softmax final : public Layer {
 public:
  explicit Softmax(const VectorShape& input)
      : Layer(SoftmaxDescription{}, {input}, input), classes_(input.features) {}

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::softmax_forward(classes_, pass.x().data, y.data);
  }
  void backward_inputs(const LayerPass&, ConstPlanes y, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::softmax_backward(classes_, y.data, dy.data, gradients.front().dx.data);
  }

 private:
  std::int64_t classes_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const SoftmaxConfig&, const Shape& input) {
  return std::make_unique<Softmax>(require_vector(input, "softmax"));
}

}  // namespace jetrain
