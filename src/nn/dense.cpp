#include "kernels/dense.hpp"

#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// y = W^T x + b, or without b.
class Dense final : public Layer {
 public:
  Dense(const DenseConfig& config, const VectorShape& input)
      : Layer(DenseDescription{}, {input}, Shape::vector(config.units)),
        config_(config),
        shape_{input.features, config.units},
        no_bias_(config.use_bias ? 0 : static_cast<std::size_t>(config.units)) {}

  LayerNeeds needs() const override {
    return {.scratch_floats = kernels::dense_scratch_floats(shape_),
            .multiply_adds = weight_count(),
            .can_rectify = true,
            .can_mask = true};
  }

  std::vector<ParameterSpec> parameters() const override {
    return kernel_and_bias_of(config_, {shape_.inputs, shape_.outputs}, shape_.inputs, shape_.outputs);
  }

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::dense_forward(shape_, pass.x().data, pass.parameters, bias_of(pass), pass.rectify, y.data);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    const auto& [dx, mask] = gradients.front();
    kernels::dense_backward_input(shape_, dy.data, pass.parameters, mask ? pass.x().data : nullptr, dx.data);
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    return kernels::dense_backward_weights(shape_, pass.x().data, dy.data, gradients.limit, pass.scratch,
                                           gradients.sums,
                                           config_.use_bias ? gradients.sums + weight_count() : nullptr);
  }

 private:
  std::int64_t weight_count() const { return shape_.inputs * shape_.outputs; }
  const float* bias_of(const LayerPass& pass) const {
    return config_.use_bias ? pass.parameters + weight_count() : no_bias_.data();
  }

  DenseConfig config_;
  kernels::DenseShape shape_;
  std::vector<float> no_bias_;  ///< zeros, where there is none
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer(const DenseConfig& config, const Shape& input) {
  if (const auto* set = std::get_if<SetShape>(&input.form())) return make_row_dense(config, *set);
  return std::make_unique<Dense>(config, require_vector(input, "dense", ": put flatten before it"));
}

}  // namespace jetrain
