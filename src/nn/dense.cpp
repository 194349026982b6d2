#include "kernels/dense.hpp"

#include <fmt/format.h>

#include "jetrain/error.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// y = W^T x + b, then the ReLU, if that is the activation.
class Dense final : public Layer {
 public:
  Dense(const DenseConfig& config, const Shape& input)
      : Layer("dense", input, Shape::vector(config.units)),
        config_(config),
        shape_{input.columns, config.units} {}

  std::vector<ParameterSpec> parameters() const override {
    ParameterSpec kernel{"kernel",
                         {shape_.inputs, shape_.outputs},
                         shape_.inputs,
                         shape_.outputs,
                         config_.initializer,
                         config_.regularizer};
    return {std::move(kernel), {"bias", {shape_.outputs}, 1, 1, config_.bias_initializer}};
  }
  std::int64_t multiply_adds() const override { return weight_count(); }
  std::int64_t scratch_floats() const override { return kernels::dense_scratch_floats(shape_); }
  bool output_is_relu() const override { return config_.activation == LayerActivation::relu; }
  bool masks_while_writing() const override { return true; }

  void forward(const LayerPass& pass, ConstPlanes x, Planes y) const override {
    kernels::dense_forward(shape_, x.data, pass.parameters, pass.parameters + weight_count(),
                           output_is_relu(), y.data);
  }
  void backward_input(const LayerPass& pass, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::dense_backward_input(shape_, dy.data, pass.parameters, mask_with_x ? x.data : nullptr, dx.data);
  }
  bool backward_parameters(const LayerPass&, ConstPlanes x, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    return kernels::dense_backward_weights(shape_, x.data, dy.data, gradients.limit, gradients.scratch,
                                           gradients.sums, gradients.sums + weight_count());
  }

 private:
  std::int64_t weight_count() const { return shape_.inputs * shape_.outputs; }

  DenseConfig config_;
  kernels::DenseShape shape_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const DenseConfig& config, const Shape& input) {
  if (!input.flat) {
    throw UsageError(fmt::format("dense needs a vector, but its input is the image {}: put flatten before it",
                                 input.text()));
  }
  return std::make_unique<Dense>(config, input);
}

}  // namespace jetrain
