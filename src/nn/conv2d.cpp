#include "jetrain/kernels/conv2d.hpp"

#include <fmt/format.h>

#include "jetrain/core/error.hpp"
#include "jetrain/kernels/exact_sum.hpp"
#include "layers.hpp"

namespace jetrain {
namespace {

/// Zeros before the first row for `same` padding, stride 1, as TensorFlow does it: (kernel - 1) / 2 rounded
/// down (for kernel 4 one before and two after).
std::int64_t zeros_before(std::int64_t kernel, bool same) {
  return same ? (kernel - 1) / 2 : 0;
}

class Conv2d final : public Layer {
 public:
  Conv2d(const Conv2dConfig& config, const Shape& input, const Shape& output)
      : Layer("conv2d", input, output),
        relu_(config.activation == "relu"),
        same_(config.padding == "same"),
        shape_{input.channels,
               config.filters,
               config.kernel[0],
               config.kernel[1],
               zeros_before(config.kernel[0], same_),
               zeros_before(config.kernel[1], same_)} {}

  std::vector<ParameterSpec> parameters() const override {
    const std::int64_t taps = shape_.kernel_rows * shape_.kernel_columns;
    return {{"kernel",
             {shape_.kernel_rows, shape_.kernel_columns, shape_.in_channels, shape_.out_channels},
             taps * shape_.in_channels,
             taps * shape_.out_channels},
            {"bias", {shape_.out_channels}}};
  }
  std::int64_t multiply_adds() const override { return weight_count() * output().rows * output().columns; }

  Halo input_halo() const override {
    if (!same_) return {};
    return {shape_.pad_top, shape_.kernel_rows - 1 - shape_.pad_top, shape_.pad_left,
            shape_.kernel_columns - 1 - shape_.pad_left};
  }
  Halo output_gradient_halo() const override {
    return {shape_.kernel_rows - 1 - shape_.pad_top, same_ ? shape_.pad_top : shape_.kernel_rows - 1,
            shape_.kernel_columns - 1 - shape_.pad_left, same_ ? shape_.pad_left : shape_.kernel_columns - 1};
  }
  std::int64_t scratch_floats() const override { return weight_count() + shape_.out_channels; }
  bool output_is_relu() const override { return relu_; }

  void forward(const float* parameters, ConstPlanes x, Planes y) const override {
    kernels::conv2d_forward(shape_, x, parameters, parameters + weight_count(), relu_, y);
  }
  void backward_input(const float* parameters, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::conv2d_backward_input(shape_, dy, parameters, mask_with_x ? x : ConstPlanes{}, dx);
  }
  bool backward_parameters(ConstPlanes x, ConstPlanes dy, const GradientSums& gradients) const override {
    float* weights = gradients.scratch;
    kernels::conv2d_backward_weights(shape_, x, dy, weights, weights + weight_count());
    const auto count = static_cast<std::size_t>(scratch_floats());
    return kernels::exact_accumulate({weights, count}, gradients.limit, {gradients.sums, count});
  }

 private:
  std::int64_t weight_count() const {
    return shape_.kernel_rows * shape_.kernel_columns * shape_.in_channels * shape_.out_channels;
  }

  bool relu_;
  bool same_;
  kernels::Conv2dShape shape_;
};

}  // namespace

std::unique_ptr<Layer> make(const Conv2dConfig& config, const Shape& input) {
  if (input.flat) {
    throw UsageError(
        fmt::format("conv2d needs an image, but its input is the vector {}: put it before flatten and dense",
                    input.text()));
  }
  Shape output = Shape::image(config.filters, input.rows, input.columns);
  if (config.padding == "valid") {
    output.rows -= config.kernel[0] - 1;
    output.columns -= config.kernel[1] - 1;
  }
  if (output.rows < 1 || output.columns < 1) {
    throw UsageError(
        fmt::format("kernel {} x {} with padding valid does not fit into the input {}: use a smaller kernel "
                    "or padding same",
                    config.kernel[0], config.kernel[1], input.text()));
  }
  return std::make_unique<Conv2d>(config, input, output);
}

}  // namespace jetrain
