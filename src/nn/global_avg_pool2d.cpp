#include "kernels/global_avg_pool2d.hpp"

#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// From an image to the vector of its channels' means.
class GlobalAvgPool2d final : public Layer {
 public:
  explicit GlobalAvgPool2d(const ImageShape& input)
      : Layer(GlobalAvgPool2dDescription{}, {input}, Shape::vector(input.channels)) {}

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::global_avg_pool2d_forward(pass.x(), y.data);
  }
  void backward_inputs(const LayerPass&, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::global_avg_pool2d_backward(dy.data, gradients.front().dx);
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const GlobalAvgPool2dConfig&, const Shape& input) {
  return std::make_unique<GlobalAvgPool2d>(require_image(input, "global_avg_pool2d"));
}

}  // namespace jetrain
