#include "row_kernels/row_pool.hpp"

#include "nn/row_layers.hpp"

namespace jetrain {
namespace {

/// From the constituents of each jet to one vector (row_kernels/row_pool.hpp). A second input, if there is
/// one, weighs them.
class RowPool : public Layer {
 public:
  RowPool(const LayerDescription& description, const std::vector<Shape>& inputs)
      : Layer(description, inputs, Shape::vector(inputs.front().size())), channels_(inputs.front().size()) {}

  LeafFloats floats_of(const RowOffsets& sets) const override {
    return {.scratch = inputs().size() > 1 ? sets.rows() : 0};
  }

 protected:
  ConstRows x(const LayerPass& pass) const { return rows_of(pass.x(), channels_); }
  Rows rows(const Planes& planes) const { return rows_of(planes, channels_); }
  /// One behind the other; null: there are none.
  static const float* weights(const LayerPass& pass) {
    if (pass.inputs.size() < 2) return nullptr;
    const ConstRows column = rows_of(pass.inputs[1], 1);
    for (std::int64_t r = 0; r < column.rows; ++r) pass.scratch[r] = *column.row(r);
    return pass.scratch;
  }

  static const float* mask(const LayerPass& pass, const InputGradient& gradient) {
    return gradient.mask ? pass.x().data : nullptr;
  }

 private:
  std::int64_t channels_;
};

class SumPool final : public RowPool {
 public:
  using RowPool::RowPool;
  LayerNeeds needs() const override { return {.can_mask = true}; }
  void forward(const LayerPass& pass, Planes y) const override {
    kernels::sum_pool_forward(x(pass), *pass.leaf.sets, weights(pass), y.data);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::sum_pool_backward(*pass.leaf.sets, weights(pass), mask(pass, gradients.front()), dy.data,
                               rows(gradients.front().dx));
  }
};

class MeanPool final : public RowPool {
 public:
  using RowPool::RowPool;
  LayerNeeds needs() const override { return {.can_mask = true}; }
  void forward(const LayerPass& pass, Planes y) const override {
    kernels::mean_pool_forward(x(pass), *pass.leaf.sets, weights(pass), y.data);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::mean_pool_backward(*pass.leaf.sets, weights(pass), mask(pass, gradients.front()), dy.data,
                                rows(gradients.front().dx));
  }
};

class MaxPool final : public RowPool {
 public:
  using RowPool::RowPool;
  void forward(const LayerPass& pass, Planes y) const override {
    kernels::max_pool_forward(x(pass), *pass.leaf.sets, y.data);
  }
  void backward_inputs(const LayerPass& pass, ConstPlanes, ConstPlanes dy,
                       std::span<const InputGradient> gradients) const override {
    kernels::max_pool_backward(x(pass), *pass.leaf.sets, dy.data, rows(gradients.front().dx));
  }
};

}  // namespace

template <>
std::unique_ptr<Layer> make_layer_on(const SumPoolConfig& config, const std::vector<Shape>& inputs) {
  require_set(inputs.front(), config.kName);
  return std::make_unique<SumPool>(SumPoolDescription{}, inputs);
}
template <>
std::unique_ptr<Layer> make_layer_on(const MeanPoolConfig& config, const std::vector<Shape>& inputs) {
  require_set(inputs.front(), config.kName);
  return std::make_unique<MeanPool>(MeanPoolDescription{}, inputs);
}
template <>
std::unique_ptr<Layer> make_layer(const MaxPoolConfig& config, const Shape& input) {
  require_set(input, config.kName);
  return std::make_unique<MaxPool>(MaxPoolDescription{}, std::vector<Shape>{input});
}

}  // namespace jetrain
