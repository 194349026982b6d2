#include <algorithm>
#include <map>

#include "nn/graph.hpp"

namespace jetrain {

bool Node::wants_gradients() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const Edge& edge) { return edge.wants_gradient; });
}

std::int64_t Node::parameter_count() const {
  std::int64_t count = 0;
  for (const ParameterSpec& spec : layer->parameters()) count += spec.size();
  return count;
}

bool Node::has_weights_to_train() const {
  const std::vector<ParameterSpec> specs = layer->parameters();
  return std::any_of(specs.begin(), specs.end(), [](const ParameterSpec& spec) { return spec.trainable(); });
}

void connect(Graph& graph) {
  for (const Node& node : graph.nodes) {
    for (const Edge& edge : node.inputs) graph.activations[edge.activation].used = true;
    graph.activations[node.output].used = true;
  }
  const auto leads_to_weights = [&](const Edge& edge) {
    const std::size_t producer = graph.activations[edge.activation].producer;
    return producer != kNoIndex && graph.nodes[producer].goes_back;
  };
  for (Node& node : graph.nodes)  // from the inputs up
    node.goes_back = (node.has_weights_to_train() && !node.frozen) ||
                     std::any_of(node.inputs.begin(), node.inputs.end(), leads_to_weights);
  std::vector<bool> begun(graph.activations.size());
  std::map<std::pair<std::size_t, int>, std::size_t> spares;  // by activation, and which of one node's
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool masks = node->layer->needs().can_mask;
    std::map<std::size_t, int> added;  // by activation, of this node
    for (Edge& edge : node->inputs) {
      const std::size_t producer = graph.activations[edge.activation].producer;
      edge.wants_gradient = leads_to_weights(edge);
      if (!edge.wants_gradient) continue;
      if (graph.nodes[producer].rectifies)
        edge.mask = masks ? Edge::Mask::by_the_layer : Edge::Mask::afterwards;
      if (!begun[edge.activation]) {
        begun[edge.activation] = true;
        continue;
      }
      const std::pair key(edge.activation, added[edge.activation]++);
      const auto [place, is_new] = spares.try_emplace(key, graph.spares.size());
      if (is_new) graph.spares.push_back(edge.activation);
      edge.spare = place->second;
    }
  }
}

}  // namespace jetrain
