#include <algorithm>

#include "nn/model.hpp"

namespace jetrain {
namespace {

void widen(Halo& halo, const Halo& wanted) {
  halo.top = std::max(halo.top, wanted.top);
  halo.bottom = std::max(halo.bottom, wanted.bottom);
  halo.left = std::max(halo.left, wanted.left);
  halo.right = std::max(halo.right, wanted.right);
}

}  // namespace

LeafWorkspace::LeafWorkspace(const Model& model, bool with_gradients) {
  std::vector<Halo> halos(model.activations_.size());
  for (const Node& node : model.nodes_) widen(halos[node.input], node.layer->input_halo());
  for (std::size_t a = 0; a < halos.size(); ++a) {
    const Shape& shape = model.activations_[a];
    activations_.push_back(shape.size() > 0 ? allocate(shape, halos[a]) : Planes{});
  }
  for (const Node& node : model.nodes_) {
    const auto floats = static_cast<std::size_t>(node.layer->kept_floats());
    kept_.push_back(floats > 0 ? memory_.emplace_back(floats).data() : nullptr);
  }
  predictions_ = AlignedBuffer<float>(static_cast<std::size_t>(model.outputs() * kLanes));
  targets_ = AlignedBuffer<float>(predictions_.size());
  if (!with_gradients) return;
  gradients_.resize(halos.size());  // nobody asks for the gradients of the inputs
  more_gradients_.resize(halos.size());
  std::int64_t scratch = 0;
  for (const Node& node : model.nodes_) {
    gradients_[node.output] = allocate(node.layer->output(), node.layer->output_gradient_halo());
    if (model.users_[node.output] > 1) more_gradients_[node.output] = allocate(node.layer->output(), {});
    scratch = std::max(scratch, node.layer->scratch_floats());
  }
  scratch_ = AlignedBuffer<float>(static_cast<std::size_t>(scratch));
}

Planes LeafWorkspace::allocate(const Shape& shape, const Halo& halo) {
  const std::int64_t rows = shape.rows + halo.top + halo.bottom;
  const std::int64_t row_stride = (shape.columns + halo.left + halo.right) * kLanes;
  const std::int64_t channel_stride = rows * row_stride;
  auto& buffer = memory_.emplace_back(static_cast<std::size_t>(shape.channels * channel_stride));
  return {buffer.data() + halo.top * row_stride + halo.left * kLanes,
          shape.channels,
          shape.rows,
          shape.columns,
          channel_stride,
          row_stride};
}

}  // namespace jetrain
