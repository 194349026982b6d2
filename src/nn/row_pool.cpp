#include "row_kernels/row_pool.hpp"

#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// From the constituents of each jet to one vector (row_kernels/row_pool.hpp).
class RowPool final : public Layer {
 public:
  RowPool(const LayerDescription& description, kernels::RowPoolKind kind, std::vector<Shape> inputs)
      : Layer(description, inputs, Shape::vector(inputs.front().size())),
        kind_(kind),
        channels_(inputs.front().size()) {}

  void forward(const LayerPass& pass, Planes y) const override {
    kernels::row_pool_forward(kind_, rows_of(pass.x(), channels_), weights(pass), *pass.leaf.sets, y.data);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes y, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::row_pool_backward(kind_, rows_of(pass.x(), channels_), weights(pass), *pass.leaf.sets, y.data,
                               dy.data, rows_of(gradients.front().dx, channels_));
  }

 private:
  /// The second input, if there is one.
  static ConstRows weights(const LayerPass& pass) {
    return pass.inputs.size() > 1 ? rows_of(pass.inputs[1], 1) : ConstRows{};
  }

  kernels::RowPoolKind kind_;
  std::int64_t channels_;
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const SumPoolConfig& config, const std::vector<Shape>& inputs) {
  require_set(inputs.front(), config.kName);
  return std::make_unique<RowPool>(SumPoolDescription{}, kernels::RowPoolKind::sum, inputs);
}
template <>
std::unique_ptr<Layer> make_layer_on(const MeanPoolConfig& config, const std::vector<Shape>& inputs) {
  require_set(inputs.front(), config.kName);
  return std::make_unique<RowPool>(MeanPoolDescription{}, kernels::RowPoolKind::mean, inputs);
}
template <>
std::unique_ptr<Layer> make_layer(const MaxPoolConfig& config, const Shape& input) {
  require_set(input, config.kName);
  return std::make_unique<RowPool>(MaxPoolDescription{}, kernels::RowPoolKind::max,
                                   std::vector<Shape>{input});
}

}  // namespace jetrain
