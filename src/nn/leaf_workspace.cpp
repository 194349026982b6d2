#include "nn/leaf_workspace.hpp"

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

LeafWorkspace::LeafWorkspace(const Model& model, bool with_gradients) : layers_(model.nodes().size()) {
  add_activations(model.graph());
  if (with_gradients) add_gradients(model.graph());
  predictions_ = AlignedBuffer<float>(static_cast<std::size_t>(model.outputs() * kLanes));
  targets_ = AlignedBuffer<float>(predictions_.size());
}

void LeafWorkspace::add_activations(const Graph& graph) {
  std::vector<Halo> halos(graph.activations.size());
  for (const Node& node : graph.nodes)
    for (const Edge& edge : node.inputs) widen(halos[edge.activation], node.layer->needs().input_halo);
  for (std::size_t a = 0; a < halos.size(); ++a) {
    const Shape& shape = graph.activations[a].shape;
    activations_.push_back(shape.size() > 0 ? allocate(shape, halos[a]) : Planes{});
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Node& node = graph.nodes[i];
    for (const Edge& edge : node.inputs) layers_[i].inputs.push_back(activations_[edge.activation]);
    const auto floats = static_cast<std::size_t>(node.layer->needs().kept_floats);
    if (floats > 0) layers_[i].kept = memory_.emplace_back(floats).data();
  }
}

void LeafWorkspace::add_gradients(const Graph& graph) {
  gradients_.resize(graph.activations.size());
  std::int64_t scratch = 0;
  for (const Node& node : graph.nodes) {
    const LayerNeeds needs = node.layer->needs();
    gradients_[node.output] = allocate(node.layer->output(), needs.output_gradient_halo);
    scratch = std::max(scratch, needs.scratch_floats);
  }
  scratch_ = AlignedBuffer<float>(static_cast<std::size_t>(scratch));
  std::vector<Planes> spares;
  for (const std::size_t like : graph.spares) spares.push_back(allocate(graph.activations[like].shape, {}));
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (const Edge& edge : graph.nodes[i].inputs) {
      const Planes dx = !edge.wants_gradient     ? Planes{}
                        : edge.spare == kNoIndex ? gradients_[edge.activation]
                                                 : spares[edge.spare];
      layers_[i].gradients.push_back({dx, edge.mask == Edge::Mask::by_the_layer});
    }
  }
}

Planes LeafWorkspace::allocate(const Shape& shape, const Halo& halo) {
  const auto [channels, image_rows, columns] = shape.planes();
  const std::int64_t rows = image_rows + halo.top + halo.bottom;
  const std::int64_t row_stride = (columns + halo.left + halo.right) * kLanes;
  const std::int64_t channel_stride = rows * row_stride;
  auto& buffer = memory_.emplace_back(static_cast<std::size_t>(channels * channel_stride));
  return {buffer.data() + halo.top * row_stride + halo.left * kLanes,
          channels,
          image_rows,
          columns,
          channel_stride,
          row_stride};
}

}  // namespace jetrain
