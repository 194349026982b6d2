#include "kernels/conv2d.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "kernels/exact_sum.hpp"
#include "nn/layers.hpp"
#include "nn/window.hpp"

namespace jetrain {
namespace {

class Conv2d final : public Layer {
 public:
  Conv2d(const Conv2dConfig& config, const ImageShape& input, const WindowAxis& rows,
         const WindowAxis& columns)
      : Layer(Conv2dDescription{windows_of(config.kernel, config.stride, rows, columns), config.groups},
              {input}, Shape::image(config.filters, rows.outputs, columns.outputs)),
        config_(config),
        input_(input),
        output_{config.filters, rows.outputs, columns.outputs},
        shape_{input.channels, config.filters, config.kernel[0], config.kernel[1],
               rows.before,    columns.before, config.stride,    config.groups},
        no_bias_(config.use_bias ? 0 : static_cast<std::size_t>(config.filters)) {}

  LayerNeeds needs() const override {
    return {.input_halo = halo(kernels::input_margins),
            .output_gradient_halo = halo(kernels::output_gradient_margins),
            .scratch_floats = shape_.weight_count() + config_.filters,
            .multiply_adds = shape_.weight_count() * output_.rows * output_.columns,
            .can_rectify = true,
            .can_mask = true};
  }
  std::vector<ParameterSpec> parameters() const override {
    const std::int64_t taps = shape_.kernel_rows * shape_.kernel_columns;
    const std::int64_t inputs = shape_.group_inputs();
    return kernel_and_bias_of(config_, {shape_.kernel_rows, shape_.kernel_columns, inputs, config_.filters},
                              taps * inputs, taps * config_.filters);
  }

  void forward(const LayerPass& pass, Planes y) const override {
    const float* bias = config_.use_bias ? pass.parameters + shape_.weight_count() : no_bias_.data();
    kernels::conv2d_forward(shape_, pass.x(), pass.parameters, bias, pass.rectify, y);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    const auto& [dx, mask] = gradients.front();
    kernels::conv2d_backward_input(shape_, dy, pass.parameters, mask ? pass.x() : ConstPlanes{}, dx);
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    float* weights = pass.scratch;
    kernels::conv2d_backward_weights(shape_, pass.x(), dy, weights, weights + shape_.weight_count());
    const auto count =
        static_cast<std::size_t>(shape_.weight_count() + (config_.use_bias ? config_.filters : 0));
    return kernels::exact_accumulate({weights, count}, gradients.limit, {gradients.sums, count});
  }

 private:
  template <class MarginsOf>
  Halo halo(MarginsOf margins_of) const {
    const auto rows =
        margins_of(input_.rows, output_.rows, shape_.kernel_rows, shape_.pad_top, shape_.stride);
    const auto columns =
        margins_of(input_.columns, output_.columns, shape_.kernel_columns, shape_.pad_left, shape_.stride);
    return {rows.before, rows.after, columns.before, columns.after};
  }

  Conv2dConfig config_;
  ImageShape input_;
  ImageShape output_;
  kernels::Conv2dShape shape_;
  std::vector<float> no_bias_;  ///< zeros, where there is none
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const Conv2dConfig& config, const Shape& input) {
  const ImageShape& image = require_image(input, "conv2d");
  const bool same = config.padding == Padding::same;
  const WindowAxis rows(image.rows, config.kernel[0], config.stride, same);
  const WindowAxis columns(image.columns, config.kernel[1], config.stride, same);
  if (rows.outputs < 1 || columns.outputs < 1) {
    throw UsageError(
        fmt::format("kernel {} x {} with padding valid does not fit into the input {}: use a smaller kernel "
                    "or padding same",
                    config.kernel[0], config.kernel[1], input.text()));
  }
  if (image.channels % config.groups != 0 || config.filters % config.groups != 0) {
    throw UsageError(fmt::format("groups {} must divide both the {} channels of the input and the {} filters",
                                 config.groups, image.channels, config.filters));
  }
  return std::make_unique<Conv2d>(config, image, rows, columns);
}

}  // namespace jetrain
