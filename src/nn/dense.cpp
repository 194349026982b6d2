#include "jetrain/kernels/dense.hpp"

#include <fmt/format.h>

#include "jetrain/core/error.hpp"
#include "layers.hpp"

namespace jetrain {
namespace {

/// y = W^T x + b, then the activation. A softmax is not computed here: model.cpp joins it with the loss.
class Dense final : public Layer {
 public:
  Dense(const DenseConfig& config, const Shape& input)
      : Layer("dense", input, Shape::vector(config.units)),
        relu_(config.activation == "relu"),
        shape_{input.columns, config.units} {}

  std::vector<ParameterSpec> parameters() const override {
    return {{"kernel", {shape_.inputs, shape_.outputs}, shape_.inputs, shape_.outputs},
            {"bias", {shape_.outputs}}};
  }
  std::int64_t multiply_adds() const override { return weight_count(); }
  std::int64_t scratch_floats() const override { return kernels::dense_scratch_floats(shape_); }
  bool output_is_relu() const override { return relu_; }

  void forward(const float* parameters, ConstPlanes x, Planes y) const override {
    kernels::dense_forward(shape_, x.data, parameters, parameters + weight_count(), relu_, y.data);
  }
  void backward_input(const float* parameters, ConstPlanes x, ConstPlanes, ConstPlanes dy, bool mask_with_x,
                      Planes dx) const override {
    kernels::dense_backward_input(shape_, dy.data, parameters, mask_with_x ? x.data : nullptr, dx.data);
  }
  bool backward_parameters(ConstPlanes x, ConstPlanes dy, const GradientSums& gradients) const override {
    return kernels::dense_backward_weights(shape_, x.data, dy.data, gradients.limit, gradients.scratch,
                                           gradients.sums, gradients.sums + weight_count());
  }

 private:
  std::int64_t weight_count() const { return shape_.inputs * shape_.outputs; }

  bool relu_;
  kernels::DenseShape shape_;
};

}  // namespace

std::unique_ptr<Layer> make(const DenseConfig& config, const Shape& input) {
  if (!input.flat) {
    throw UsageError(fmt::format("dense needs a vector, but its input is the image {}: put flatten before it",
                                 input.text()));
  }
  return std::make_unique<Dense>(config, input);
}

}  // namespace jetrain
