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
  Conv2d(const Conv2dConfig& config, const Shape& input, const WindowAxis& rows, const WindowAxis& columns)
      : Layer("conv2d", input, Shape::image(config.filters, rows.outputs, columns.outputs)),
        config_(config),
        shape_{input.channels, config.filters, config.kernel[0], config.kernel[1],
               rows.before,    columns.before, config.stride,    config.groups},
        padding_{rows.before, rows.after, columns.before, columns.after} {}

  LayerSettings settings() const override {
    return {
        .window = config_.kernel, .stride = config_.stride, .padding = padding_, .groups = config_.groups};
  }

  std::vector<ParameterSpec> parameters() const override {
    const std::int64_t taps = shape_.kernel_rows * shape_.kernel_columns;
    ParameterSpec kernel{"kernel",
                         {shape_.kernel_rows, shape_.kernel_columns, shape_.group_inputs(), config_.filters},
                         taps * shape_.group_inputs(),
                         taps * config_.filters,
                         config_.initializer,
                         config_.regularizer};
    return {std::move(kernel), {"bias", {config_.filters}, 1, 1, config_.bias_initializer}};
  }
  std::int64_t multiply_adds() const override {
    return shape_.weight_count() * output().rows * output().columns;
  }

  Halo input_halo() const override { return halo(kernels::input_margins); }
  Halo output_gradient_halo() const override { return halo(kernels::output_gradient_margins); }
  std::int64_t scratch_floats() const override { return shape_.weight_count() + config_.filters; }
  bool output_is_relu() const override { return config_.activation == LayerActivation::relu; }
  bool masks_while_writing() const override { return true; }

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    kernels::conv2d_forward(shape_, x, pass.parameters, pass.parameters + shape_.weight_count(),
                            output_is_relu(), y);
  }
  void backward_input(const LayerPass& pass, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::conv2d_backward_input(shape_, dy, pass.parameters, mask_with_x ? x : ConstPlanes{}, dx);
  }
  bool backward_parameters(const LayerPass&, ConstPlanes x, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    float* weights = gradients.scratch;
    kernels::conv2d_backward_weights(shape_, x, dy, weights, weights + shape_.weight_count());
    const auto count = static_cast<std::size_t>(scratch_floats());
    return kernels::exact_accumulate({weights, count}, gradients.limit, {gradients.sums, count});
  }

 private:
  template <class MarginsOf>
  Halo halo(MarginsOf margins_of) const {
    const auto rows =
        margins_of(input().rows, output().rows, shape_.kernel_rows, shape_.pad_top, shape_.stride);
    const auto columns =
        margins_of(input().columns, output().columns, shape_.kernel_columns, shape_.pad_left, shape_.stride);
    return {rows.before, rows.after, columns.before, columns.after};
  }

  Conv2dConfig config_;
  kernels::Conv2dShape shape_;
  Halo padding_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const Conv2dConfig& config, const Shape& input) {
  require_image(input, "conv2d");
  const bool same = config.padding == Padding::same;
  const WindowAxis rows(input.rows, config.kernel[0], config.stride, same);
  const WindowAxis columns(input.columns, config.kernel[1], config.stride, same);
  if (rows.outputs < 1 || columns.outputs < 1) {
    throw UsageError(
        fmt::format("kernel {} x {} with padding valid does not fit into the input {}: use a smaller kernel "
                    "or padding same",
                    config.kernel[0], config.kernel[1], input.text()));
  }
  if (input.channels % config.groups != 0 || config.filters % config.groups != 0) {
    throw UsageError(fmt::format("groups {} must divide both the {} channels of the input and the {} filters",
                                 config.groups, input.channels, config.filters));
  }
  return std::make_unique<Conv2d>(config, input, rows, columns);
}

}  // namespace jetrain
