#include "kernels/global_avg_pool2d.hpp"

#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// From an image to the vector of its channels' means.
class GlobalAvgPool2d final : public Layer {
 public:
  explicit GlobalAvgPool2d(const Shape& input)
      : Layer("global_avg_pool2d", input, Shape::vector(input.channels)) {}

  void forward(const LayerPass&, ConstPlanes x, Planes y) const override {
    kernels::global_avg_pool2d_forward(x, y.data);
  }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::global_avg_pool2d_backward(dy.data, dx);
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const GlobalAvgPool2dConfig&, const Shape& input) {
  require_image(input, "global_avg_pool2d");
  return std::make_unique<GlobalAvgPool2d>(input);
}

}  // namespace jetrain
