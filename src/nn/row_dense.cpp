#include "kernels/exact_sum.hpp"
#include "nn/row_layers.hpp"
#include "row_kernels/product.hpp"

namespace jetrain {
namespace {

/// y = W^T x + b for each constituent, or without b.
class RowDense final : public Layer {
 public:
  RowDense(const DenseConfig& config, const SetShape& input)
      : Layer(DenseDescription{}, {input}, SetShape{config.units}),
        config_(config),
        shape_{input.channels, config.units} {}

  LayerNeeds needs() const override {
    return {.scratch_floats = gradient_floats() + padded_channels(shape_.outputs),
            .can_rectify = true,
            .can_mask = true};
  }
  std::int64_t multiply_adds(std::int64_t constituents) const override {
    return constituents * weight_count();
  }

  std::vector<ParameterSpec> parameters() const override {
    return kernel_and_bias_of(config_, {shape_.inputs, shape_.outputs}, shape_.inputs, shape_.outputs);
  }

  std::int64_t prepared_floats() const override {
    return kernels::packed_floats(shape_) + kernels::packed_floats(shape_.transposed());
  }
  void prepare(const float* parameters, float* prepared) const override {
    kernels::pack_weights(shape_, parameters, prepared);
    kernels::pack_transposed(shape_, parameters, prepared + kernels::packed_floats(shape_));
  }

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::multiply(
        rows_of(pass.x(), shape_.inputs), pass.prepared,
        {.bias = config_.use_bias ? pass.parameters + weight_count() : nullptr, .rectify = pass.rectify},
        rows_of(y, shape_.outputs));
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    const auto& [dx, mask] = gradients.front();
    kernels::multiply(rows_of(dy, shape_.outputs), pass.prepared + kernels::packed_floats(shape_),
                      {.mask = mask ? pass.x().data : nullptr}, rows_of(dx, shape_.inputs));
  }
  bool backward_parameters(const LayerPass& pass, ConstPlanes dy,
                           const GradientSums& gradients) const override {
    float* dweights = pass.scratch;
    float* dbias = config_.use_bias ? pass.scratch + gradient_floats() : nullptr;
    kernels::multiply_transposed(rows_of(pass.x(), shape_.inputs), rows_of(dy, shape_.outputs), dweights,
                                 dbias);
    return add_rows_exactly({dweights, shape_.inputs, shape_.outputs}, gradients.limit, gradients.sums) &&
           (dbias == nullptr ||
            add_rows_exactly({dbias, 1, shape_.outputs}, gradients.limit, gradients.sums + weight_count()));
  }

 private:
  std::int64_t weight_count() const { return shape_.inputs * shape_.outputs; }
  std::int64_t gradient_floats() const { return shape_.inputs * padded_channels(shape_.outputs); }

  DenseConfig config_;
  kernels::ProductShape shape_;
};

}  // namespace

std::unique_ptr<Layer> make_row_dense(const DenseConfig& config, const SetShape& input) {
  return std::make_unique<RowDense>(config, input);
}

}  // namespace jetrain
