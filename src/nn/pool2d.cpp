#include "kernels/pool2d.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "nn/layers.hpp"
#include "nn/window.hpp"

namespace jetrain {
namespace {

class MaxPool2d final : public Layer {
 public:
  MaxPool2d(const Shape& input, const Shape& output, const kernels::Pool2dShape& shape, const Halo& padding)
      : Layer("max_pool2d", input, output), shape_(shape), padding_(padding) {}

  LayerSettings settings() const override {
    return {.window = {shape_.size, shape_.size}, .stride = shape_.stride, .padding = padding_};
  }

  bool masks_while_writing() const override { return true; }
  void forward(const LayerPass&, ConstPlanes x, Planes y) const override {
    kernels::max_pool2d_forward(shape_, x, y);
  }
  void backward_input(const LayerPass&, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::max_pool2d_backward(shape_, x, y, dy, mask_with_x, dx);
  }

 private:
  kernels::Pool2dShape shape_;
  Halo padding_;
};

class AvgPool2d final : public Layer {
 public:
  AvgPool2d(const Shape& input, const Shape& output, const kernels::Pool2dShape& shape, const Halo& padding)
      : Layer("avg_pool2d", input, output), shape_(shape), padding_(padding) {}

  LayerSettings settings() const override {
    return {.window = {shape_.size, shape_.size}, .stride = shape_.stride, .padding = padding_};
  }

  void forward(const LayerPass&, ConstPlanes x, Planes y) const override {
    kernels::avg_pool2d_forward(shape_, x, y);
  }
  void backward_input(const LayerPass&, ConstPlanes, ConstPlanes, ConstPlanes dy, bool,
                      Planes dx) const override {
    kernels::avg_pool2d_backward(shape_, dy, dx);
  }

 private:
  kernels::Pool2dShape shape_;
  Halo padding_;
};

template <class Pool>
std::unique_ptr<Layer> make_pool(const PoolConfig& config, const char* kind, const Shape& input) {
  require_image(input, kind);
  const bool same = config.padding == Padding::same;
  const std::int64_t stride = config.stride == 0 ? config.size : config.stride;
  const WindowAxis rows(input.rows, config.size, stride, same);
  const WindowAxis columns(input.columns, config.size, stride, same);
  if (rows.outputs < 1 || columns.outputs < 1) {
    throw UsageError(fmt::format("size {0} x {0} does not fit into the input {1}: use a smaller size",
                                 config.size, input.text()));
  }
  return std::make_unique<Pool>(input, Shape::image(input.channels, rows.outputs, columns.outputs),
                                kernels::Pool2dShape{config.size, stride, rows.before, columns.before},
                                Halo{rows.before, rows.after, columns.before, columns.after});
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
