#include "nn/graph.hpp"

#include <fmt/format.h>

#include <map>

#include "jetrain/error.hpp"
#include "nn/layers.hpp"

namespace jetrain {
namespace {

/// The layer that an activation's name stands for, as one would write it by itself.
LayerConfig layer_of_activation(LayerActivation activation) {
  switch (activation) {
    case LayerActivation::linear:
      return {LinearConfig{}};
    case LayerActivation::relu:
      return {ReluConfig{}};
    case LayerActivation::leaky_relu:
      return {LeakyReluConfig{}};
    case LayerActivation::elu:
      return {EluConfig{}};
    case LayerActivation::gelu:
      return {GeluConfig{}};
    case LayerActivation::tanh:
      return {TanhConfig{}};
    case LayerActivation::sigmoid:
      return {SigmoidConfig{}};
    case LayerActivation::softmax:
      return {SoftmaxConfig{}};
  }
  return {LinearConfig{}};
}

/// Whether it is 0, or nearly so, for half of its inputs.
bool rectifies(LayerActivation activation) {
  switch (activation) {
    case LayerActivation::relu:
    case LayerActivation::leaky_relu:
    case LayerActivation::elu:
    case LayerActivation::gelu:
      return true;
    case LayerActivation::linear:
    case LayerActivation::tanh:
    case LayerActivation::sigmoid:
    case LayerActivation::softmax:
      return false;
  }
  return false;
}

/// `auto` and `default` in plain terms.
InitializerConfig resolved(const InitializerConfig& wanted, const InitializerConfig& general,
                           LayerActivation activation) {
  const InitializerConfig& chosen =
      std::holds_alternative<DefaultInitializer>(wanted.kind) ? general : wanted;
  const bool open = std::holds_alternative<AutoInitializer>(chosen.kind) ||
                    std::holds_alternative<DefaultInitializer>(chosen.kind);
  if (!open) return chosen;
  if (rectifies(activation)) return {HeUniformInitializer{}};
  return {GlorotUniformInitializer{}};
}

/// The stride with which a 1x1 convolution takes `from` rows to `to`; 0: none does.
std::int64_t stride_between(std::int64_t from, std::int64_t to) {
  for (std::int64_t stride = 1; stride <= from; ++stride) {
    if ((from + stride - 1) / stride == to) return stride;
  }
  return 0;
}

class GraphBuilder {
 public:
  GraphBuilder(const ModelConfig& config, const ModelInput& input, std::string loss_activation)
      : config_(config), loss_activation_(std::move(loss_activation)) {
    graph_.activations = {input.shape, Shape::vector(input.features)};
  }

  Graph build() {
    const std::size_t output = add_layers(config_.layers, 0, "model.layers", true);
    if (graph_.nodes.empty() || output < 2)
      throw UsageError("model.layers: a softmax alone has nothing to train; put layers before it");
    if (graph_.activations[1].columns > 0 && !features_joined_) {
      throw UsageError(
          "model.layers: data.high_level names features, but no layer joins them: put a features layer "
          "after flatten");
    }
    return std::move(graph_);
  }

 private:
  /// Adds a sequence on top of an activation; returns the last one's output.
  std::size_t add_layers(const std::vector<LayerConfig>& layers, std::size_t input, const std::string& place,
                         bool outermost) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      last_ = outermost && i + 1 == layers.size();
      const std::string here = fmt::format("{}[{}]", place, i);
      input = std::visit([&](const auto& layer) { return add(layer, input, here); }, layers[i].kind);
    }
    return input;
  }

  /// Runs `make`; where it refuses, the place is put before the message.
  template <class Make>
  std::size_t append(Make make, const std::string& place, std::size_t input,
                     std::size_t second = Node::kNone) {
    Node node;
    try {
      node.layer = make(graph_.activations[input]);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", place, error.what()));
    }
    if (node.layer->smallest_deviation() > 0 && input > 1)
      throw UsageError(place + ": standardize stands on an input only: make it the first layer");
    node.name = next_name(node.layer->kind());
    node.input = input;
    node.second = second;
    node.output = graph_.activations.size();
    graph_.activations.push_back(node.layer->output());
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().output;
  }

  template <class Config>
  std::size_t add(const Config& config, std::size_t input, const std::string& place) {
    if constexpr (std::is_same_v<Config, SoftmaxConfig> || std::is_same_v<Config, SigmoidConfig>) {
      if (last_ && loss_activation_ == Config::kName) return input;
    }
    if constexpr (std::is_same_v<Config, SoftmaxConfig>) require_last(place);
    return append([&](const Shape& shape) { return make_layer(config, shape); }, place, input);
  }

  std::size_t add(const Conv2dConfig& config, std::size_t input, const std::string& place) {
    return add_weighted(config, input, place);
  }
  std::size_t add(const DenseConfig& config, std::size_t input, const std::string& place) {
    return add_weighted(config, input, place);
  }

  /// A convolution or dense layer, and its activation, unless that is ReLU, which these compute themselves.
  template <class Config>
  std::size_t add_weighted(Config config, std::size_t input, const std::string& place) {
    config.initializer = resolved(config.initializer, config_.initializer, config.activation);
    config.bias_initializer = resolved(config.bias_initializer, {ZerosInitializer{}}, config.activation);
    config.regularizer.l1 += config_.regularizer.l1;
    config.regularizer.l2 += config_.regularizer.l2;
    const LayerActivation activation = config.activation;
    if (activation == LayerActivation::softmax) require_last(place);
    const bool last = last_;
    const std::size_t output =
        append([&](const Shape& shape) { return make_layer(config, shape); }, place, input);
    if (activation == LayerActivation::linear || activation == LayerActivation::relu) return output;
    last_ = last;
    return std::visit([&](const auto& layer) { return add(layer, output, place); },
                      layer_of_activation(activation).kind);
  }

  std::size_t add(const ResidualConfig& config, std::size_t input, const std::string& place) {
    if (config.layers.empty()) throw UsageError(place + ": residual.layers: is missing");
    if (config.activation == LayerActivation::softmax)
      throw UsageError(place + ": residual: softmax can only be the last layer");
    const std::size_t branch = add_layers(config.layers, input, place + ".residual.layers", false);
    const std::size_t shortcut = add_shortcut(config, input, graph_.activations[branch], place);
    const bool relu = config.activation == LayerActivation::relu;
    const std::size_t sum =
        append([&](const Shape& shape) { return make_add(shape, relu); }, place, branch, shortcut);
    if (relu || config.activation == LayerActivation::linear) return sum;
    return std::visit([&](const auto& layer) { return add(layer, sum, place); },
                      layer_of_activation(config.activation).kind);
  }

  std::size_t add_shortcut(const ResidualConfig& config, std::size_t input, const Shape& to,
                           const std::string& place) {
    const Shape from = graph_.activations[input];
    const bool equal = from == to;
    if (equal && config.shortcut != Shortcut::projection) return input;
    if (config.shortcut == Shortcut::identity) {
      throw UsageError(
          fmt::format("{}: residual: the layers make {} out of {}, so the shortcut cannot be the "
                      "identity: use shortcut: auto",
                      place, to.text(), from.text()));
    }
    if (from.flat != to.flat) {
      throw UsageError(
          fmt::format("{}: residual: the layers make {} out of {}: no shortcut joins an image and "
                      "a vector",
                      place, to.text(), from.text()));
    }
    if (from.flat) {
      DenseConfig dense;
      dense.units = to.columns;
      return add_weighted(dense, input, place);
    }
    Conv2dConfig projection;
    projection.filters = to.channels;
    projection.kernel = {1, 1};
    projection.padding = Padding::same;
    projection.stride = stride_between(from.rows, to.rows);
    if (projection.stride == 0 || stride_between(from.columns, to.columns) != projection.stride) {
      throw UsageError(
          fmt::format("{}: residual: no 1x1 convolution makes {} out of {}: let the layers keep "
                      "the size (padding same) or divide it by a stride",
                      place, to.text(), from.text()));
    }
    return add_weighted(projection, input, place);
  }

  std::size_t add(const FeaturesConfig& config, std::size_t input, const std::string& place) {
    if (graph_.activations[1].columns == 0)
      throw UsageError(place + ": features: there are none; name some in data.high_level");
    if (!graph_.activations[input].flat) {
      throw UsageError(
          fmt::format("{}: features join a vector, but here is the image {}: put flatten before it", place,
                      graph_.activations[input].text()));
    }
    features_joined_ = true;
    const std::size_t features = add_layers(config.layers, 1, place + ".features.layers", false);
    if (!graph_.activations[features].flat)
      throw UsageError(place + ": features: its layers must end in a vector");
    const Shape joined = graph_.activations[features];
    return append([&](const Shape& shape) { return make_concatenate(shape, joined); }, place, input,
                  features);
  }

  void require_last(const std::string& place) const {
    if (!last_) throw UsageError(place + ": softmax can only be the last layer");
  }

  /// conv2d, conv2d_1, conv2d_2, ... in the order of the network, as Keras names layers.
  std::string next_name(const std::string& kind) {
    const int count = used_names_[kind]++;
    return count == 0 ? kind : fmt::format("{}_{}", kind, count);
  }

  const ModelConfig& config_;
  std::string loss_activation_;
  Graph graph_;
  std::map<std::string, int> used_names_;
  bool last_ = false;  ///< what is being added ends the network
  bool features_joined_ = false;
};

}  // namespace

Graph build_graph(const ModelConfig& config, const ModelInput& input, const std::string& loss_activation) {
  return GraphBuilder(config, input, loss_activation).build();
}

}  // namespace jetrain
