#include "exchange/keras_layers.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace jetrain {
namespace {

/// What a kind of layer is in Keras.
struct KerasKind {
  const char* name = nullptr;  ///< null: an activation, which is part of the layer before it
  const char* deviation =
      nullptr;  ///< of Keras' Normalization: our weight whose square it has, as its variance
};

/// Each kind by itself, without a rule for all others: a new one fails to compile until its name in Keras is
/// said.
struct KindInKeras {
  KerasKind operator()(const Conv2dDescription&) const { return {"conv2d"}; }
  KerasKind operator()(const DenseDescription&) const { return {"dense"}; }
  KerasKind operator()(const MaxPool2dDescription&) const { return {"max_pooling2d"}; }
  KerasKind operator()(const AvgPool2dDescription&) const { return {"average_pooling2d"}; }
  KerasKind operator()(const GlobalAvgPool2dDescription&) const { return {"global_average_pooling2d"}; }
  KerasKind operator()(const SumPoolDescription&) const { return {"sum_pool"}; }
  KerasKind operator()(const EdgeConvDescription&) const { return {"edge_conv"}; }
  KerasKind operator()(const PairsDescription&) const { return {"pairs"}; }
  KerasKind operator()(const AttentionDescription&) const { return {"attention"}; }
  KerasKind operator()(const ClassAttentionDescription&) const { return {"class_attention"}; }
  KerasKind operator()(const LorentzBlocksDescription&) const { return {"lorentz_blocks"}; }
  KerasKind operator()(const MeanPoolDescription&) const { return {"global_average_pooling1d"}; }
  KerasKind operator()(const MaxPoolDescription&) const { return {"global_max_pooling1d"}; }
  KerasKind operator()(const FlattenDescription&) const { return {"flatten"}; }
  KerasKind operator()(const DropoutDescription&) const { return {"dropout"}; }
  KerasKind operator()(const LayerNormDescription&) const { return {"layer_normalization"}; }
  KerasKind operator()(const RmsNormDescription&) const { return {"rms_normalization"}; }
  KerasKind operator()(const GroupNormDescription&) const { return {"group_normalization"}; }
  KerasKind operator()(const BatchNormDescription&) const { return {"batch_normalization"}; }
  KerasKind operator()(const StandardizeDescription&) const { return {"normalization", "scale"}; }
  KerasKind operator()(const AddDescription&) const { return {"add"}; }
  KerasKind operator()(const ConcatenateDescription&) const { return {"concatenate"}; }
  KerasKind operator()(const LinearDescription&) const { return {}; }
  KerasKind operator()(const ReluDescription&) const { return {}; }
  KerasKind operator()(const LeakyReluDescription&) const { return {}; }
  KerasKind operator()(const EluDescription&) const { return {}; }
  KerasKind operator()(const GeluDescription&) const { return {}; }
  KerasKind operator()(const TanhDescription&) const { return {}; }
  KerasKind operator()(const SigmoidDescription&) const { return {}; }
  KerasKind operator()(const SoftmaxDescription&) const { return {}; }
};

KerasKind kind_of(const Node& node) {
  return std::visit(KindInKeras{}, node.layer->description());
}

bool is_layer_of_its_own(const Node& node) {
  return kind_of(node).name != nullptr;
}

/// batch_norm_1 is batch_normalization_1.
std::string keras_name(const Node& node) {
  const std::string_view ours = kind_name(node.layer->description());
  return kind_of(node).name + node.name.substr(ours.size());
}

/// Keras' standardizing layer, Normalization, has channels last, the variance instead of the deviation, and a
/// count, which only its adapt() uses. The root of a rounded square is the number itself: no bit is lost.
KerasWeight weight_of_normalization(const ParameterView& view, std::string_view deviation) {
  KerasWeight weight{view.spec.name, view.spec.shape, &view};
  if (view.spec.name == deviation) {
    weight.name = "variance";
    weight.is_squared = true;
  }
  if (weight.shape.size() == 3) {
    weight.channels = weight.shape.front();
    std::rotate(weight.shape.begin(), weight.shape.begin() + 1, weight.shape.end());
  }
  return weight;
}

std::vector<const Node*> in_keras_order(const Model& model) {
  std::vector<int> distance(model.graph().activations.size());
  std::vector<std::pair<int, const Node*>> order;
  for (auto node = model.nodes().rbegin(); node != model.nodes().rend(); ++node) {
    const int here = distance[node->output];
    const int before = here + (is_layer_of_its_own(*node) ? 1 : 0);
    for (const Edge& edge : node->inputs)
      distance[edge.activation] = std::max(distance[edge.activation], before);
    if (is_layer_of_its_own(*node)) order.emplace_back(here, &*node);
  }
  std::reverse(order.begin(), order.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const Node*> nodes;
  for (const auto& [far, node] : order) nodes.push_back(node);
  return nodes;
}

/// From (rows, columns) to (columns, rows).
std::vector<float> transposed(const float* values, std::int64_t rows, std::int64_t columns) {
  std::vector<float> out(static_cast<std::size_t>(rows * columns));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      out[static_cast<std::size_t>(c * rows + r)] = values[r * columns + c];
  return out;
}

}  // namespace

std::vector<KerasLayer> keras_layers(const Model& model) {
  std::vector<KerasLayer> layers;
  for (const Node* node : in_keras_order(model)) {
    const char* deviation = kind_of(*node).deviation;
    KerasLayer layer{keras_name(*node), {}, node->name};
    for (const ParameterView& view : model.parameter_views()) {
      if (view.layer != node->name) continue;
      layer.weights.push_back(deviation != nullptr ? weight_of_normalization(view, deviation)
                                                   : KerasWeight{view.spec.name, view.spec.shape, &view});
    }
    if (deviation != nullptr) layer.weights.push_back({"count", {}, nullptr});
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<float> to_keras(const KerasWeight& weight, const float* values) {
  std::vector<float> out = transposed(values, weight.channels, weight.view->spec.size() / weight.channels);
  if (weight.is_squared) std::transform(out.begin(), out.end(), out.begin(), [](float x) { return x * x; });
  return out;
}

std::vector<float> from_keras(const KerasWeight& weight, const float* values) {
  std::vector<float> out = transposed(values, weight.view->spec.size() / weight.channels, weight.channels);
  if (weight.is_squared)
    std::transform(out.begin(), out.end(), out.begin(), [](float x) { return std::sqrt(x); });
  return out;
}

}  // namespace jetrain
