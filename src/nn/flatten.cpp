#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// From an image to a vector in the order (row, column, channel), as Keras flattens channels-last images.
class Flatten final : public Layer {
 public:
  explicit Flatten(const Shape& input)
      : Layer(FlattenDescription{}, {input}, Shape::vector(require_fixed_size(input, FlattenConfig::kName))) {
  }

  LayerNeeds needs() const override { return {.can_mask = true}; }
  void forward(const LayerPass& pass, Planes y) const override { kernels::flatten_forward(pass.x(), y.data); }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    const auto& [dx, mask] = gradients.front();
    kernels::flatten_backward(dy.data, mask ? pass.x() : ConstPlanes{}, dx);
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const FlattenConfig&, const Shape& input) {
  return std::make_unique<Flatten>(input);
}

}  // namespace jetrain
