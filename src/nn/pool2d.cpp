#include "kernels/pool2d.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "nn/layers.hpp"
#include "nn/window.hpp"

namespace jetrain {
namespace {

class MaxPool2d final : public Layer {
 public:
  MaxPool2d(const Windows& windows, const kernels::Pool2dShape& shape, const Shape& input,
            const Shape& output)
      : Layer(MaxPool2dDescription{windows}, {input}, output), shape_(shape) {}

  LayerNeeds needs() const override { return {.can_mask = true}; }
  void forward(const LayerPass& pass, Planes y) const override {
    kernels::max_pool2d_forward(shape_, pass.x(), y);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes y, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    const auto& [dx, mask] = gradients.front();
    kernels::max_pool2d_backward(shape_, pass.x(), y, dy, mask, dx);
  }

 private:
  kernels::Pool2dShape shape_;
};

class AvgPool2d final : public Layer {
 public:
  AvgPool2d(const Windows& windows, const kernels::Pool2dShape& shape, const Shape& input,
            const Shape& output)
      : Layer(AvgPool2dDescription{windows}, {input}, output), shape_(shape) {}

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::avg_pool2d_forward(shape_, pass.x(), y);
  }
  void backward_inputs(const LayerPass&, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::avg_pool2d_backward(shape_, dy, gradients.front().dx);
  }

 private:
  kernels::Pool2dShape shape_;
};

template <class Pool>
std::unique_ptr<Layer> make_pool(const PoolConfig& config, const char* kind, const Shape& input) {
  const ImageShape& image = require_image(input, kind);
  const bool same = config.padding == Padding::same;
  const std::int64_t stride = config.stride == 0 ? config.size : config.stride;
  const WindowAxis rows(image.rows, config.size, stride, same);
  const WindowAxis columns(image.columns, config.size, stride, same);
  if (rows.outputs < 1 || columns.outputs < 1) {
    throw UsageError(fmt::format("size {0} x {0} does not fit into the input {1}: use a smaller size",
                                 config.size, input.text()));
  }
  return std::make_unique<Pool>(windows_of({config.size, config.size}, stride, rows, columns),
                                kernels::Pool2dShape{config.size, stride, rows.before, columns.before}, input,
                                Shape::image(image.channels, rows.outputs, columns.outputs));
}

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const MaxPool2dConfig& config, const Shape& input) {
  return make_pool<MaxPool2d>(config, "max_pool2d", input);
}

template <>
std::unique_ptr<Layer> make_layer(const AvgPool2dConfig& config, const Shape& input) {
  return make_pool<AvgPool2d>(config, "avg_pool2d", input);
}

}  // namespace jetrain
