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

std::int64_t training_bytes(const Graph& graph, const RowOffsets& sets) {
  const auto floats_of = [&](std::size_t activation) {
    const Shape& shape = graph.activations[activation].shape;
    const ImageShape planes = shape.planes();
    const std::int64_t rows = shape.has_rows() ? shape.rows_in(sets) : planes.rows;
    return planes.channels * rows * planes.columns * kLanes;
  };
  std::int64_t floats = 0;
  std::int64_t scratch = 0;
  for (std::size_t a = 0; a < graph.activations.size(); ++a) {
    if (graph.is_used(a)) floats += floats_of(a) * (graph.has_gradient(a) ? 2 : 1);
  }
  for (const std::size_t like : graph.spares) floats += floats_of(like);
  for (const Node& node : graph.nodes) {
    const LayerNeeds needs = node.layer->needs();
    const LeafFloats of_sets = node.layer->floats_of(sets);
    floats += needs.kept_floats + of_sets.kept;
    scratch = std::max(scratch, needs.scratch_floats + of_sets.scratch);
  }
  return (floats + scratch) * static_cast<std::int64_t>(sizeof(float));
}

LeafWorkspace::LeafWorkspace(const Model& model, bool with_gradients)
    : graph_(&model.graph()), layers_(graph_->nodes.size()), kept_memory_(graph_->nodes.size()) {
  add_activations();
  if (with_gradients) add_gradients();
  std::int64_t scratch = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LayerNeeds needs = graph_->nodes[i].layer->needs();
    scratch = std::max(scratch, needs.scratch_floats);
    kept_memory_[i].reserve(needs.kept_floats);
  }
  scratch_.reserve(scratch);
  connect_layers();
  predictions_ = AlignedBuffer<float>(static_cast<std::size_t>(model.outputs() * kLanes));
  targets_ = AlignedBuffer<float>(predictions_.size());
}

void LeafWorkspace::begin_leaf(const RowOffsets& sets) {
  sets_ = sets;
  for (std::size_t a = 0; a < activations_.size(); ++a) {
    const Shape& shape = graph_->activations[a].shape;
    if (!shape.has_rows()) continue;
    if (graph_->is_used(a)) resize(shape, activations_[a], activation_memory_[a]);
    if (!gradients_.empty() && graph_->has_gradient(a)) resize(shape, gradients_[a], gradient_memory_[a]);
  }
  for (std::size_t s = 0; s < spares_.size(); ++s) {
    const Shape& shape = graph_->activations[graph_->spares[s]].shape;
    if (shape.has_rows()) resize(shape, spares_[s], spare_memory_[s]);
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = *graph_->nodes[i].layer;
    const LayerNeeds needs = layer.needs();
    const LeafFloats floats = layer.floats_of(sets);
    kept_memory_[i].reserve(needs.kept_floats + floats.kept);
    scratch_.reserve(needs.scratch_floats + floats.scratch);
  }
  connect_layers();
}

void LeafWorkspace::add_activations() {
  std::vector<Halo> halos(graph_->activations.size());
  for (const Node& node : graph_->nodes)
    for (const Edge& edge : node.inputs) widen(halos[edge.activation], node.layer->needs().input_halo);
  activation_memory_.resize(halos.size());
  for (std::size_t a = 0; a < halos.size(); ++a) {
    const Shape& shape = graph_->activations[a].shape;
    activations_.push_back(
        shape.size() > 0 && graph_->is_used(a) ? allocate(shape, halos[a], activation_memory_[a]) : Planes{});
  }
}

void LeafWorkspace::add_gradients() {
  gradients_.resize(graph_->activations.size());
  gradient_memory_.resize(graph_->activations.size());
  for (const Node& node : graph_->nodes) {
    if (!node.goes_back) continue;
    gradients_[node.output] = allocate(node.layer->output(), node.layer->needs().output_gradient_halo,
                                       gradient_memory_[node.output]);
  }
  spare_memory_.resize(graph_->spares.size());
  for (std::size_t s = 0; s < graph_->spares.size(); ++s)
    spares_.push_back(allocate(graph_->activations[graph_->spares[s]].shape, {}, spare_memory_[s]));
}

/// Says to each layer where its buffers are.
void LeafWorkspace::connect_layers() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    LayerBuffers& layer = layers_[i];
    layer.inputs.clear();
    layer.gradients.clear();
    layer.kept = kept_memory_[i].memory.data();
    layer.scratch = scratch_.memory.data();
    for (const Edge& edge : graph_->nodes[i].inputs) {
      layer.inputs.push_back(activations_[edge.activation]);
      if (gradients_.empty()) continue;
      const Planes dx = !edge.wants_gradient     ? Planes{}
                        : edge.spare == kNoIndex ? gradients_[edge.activation]
                                                 : spares_[edge.spare];
      layer.gradients.push_back({dx, edge.mask == Edge::Mask::by_the_layer});
    }
  }
}

float* LeafWorkspace::Buffer::reserve(std::int64_t floats) {
  const auto size = static_cast<std::size_t>(floats);
  if (size > memory.size()) {
    const std::size_t room = memory.size() == 0 ? size : size + size / 8;  // leaves of sets differ in size
    memory = {};
    memory = AlignedBuffer<float>(room);
  }
  return memory.data();
}

Planes LeafWorkspace::allocate(const Shape& shape, const Halo& halo, Buffer& buffer) {
  const auto [channels, image_rows, columns] = shape.planes();
  const std::int64_t rows = image_rows + halo.top + halo.bottom;
  const std::int64_t row_stride = (columns + halo.left + halo.right) * kLanes;
  const std::int64_t channel_stride = rows * row_stride;
  float* memory = buffer.reserve(channels * channel_stride);
  return {memory + halo.top * row_stride + halo.left * kLanes,
          channels,
          image_rows,
          columns,
          channel_stride,
          row_stride};
}

/// Makes room for the rows of this leaf.
void LeafWorkspace::resize(const Shape& shape, Planes& planes, Buffer& buffer) const {
  planes.rows = shape.rows_in(sets_);
  planes.row_stride = planes.columns * kLanes;
  planes.channel_stride = planes.rows * planes.row_stride;
  planes.data = buffer.reserve(std::max<std::int64_t>(planes.channel_stride, kLanes));
}

}  // namespace jetrain
