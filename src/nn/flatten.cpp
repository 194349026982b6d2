#include "kernels/activation.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// From an image to a vector in the order (row, column, channel), as Keras flattens channels-last images.
class Flatten final : public Layer {
 public:
  explicit Flatten(const Shape& input) : Layer("flatten", input, Shape::vector(input.size())) {}

  bool masks_while_writing() const override { return true; }
  void forward(const LayerPass&, ConstPlanes x, Planes y) const override {
    kernels::flatten_forward(x, y.data);
  }
  void backward_input(const LayerPass&, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::flatten_backward(dy.data, mask_with_x ? x : ConstPlanes{}, dx);
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const FlattenConfig&, const Shape& input) {
  return std::make_unique<Flatten>(input);
}

}  // namespace jetrain
