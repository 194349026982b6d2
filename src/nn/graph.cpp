#include "nn/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "jetrain/error.hpp"
#include "nn/layer_activation.hpp"
#include "nn/layer_choice.hpp"
#include "nn/layers.hpp"
#include "nn/shortcut.hpp"

namespace jetrain {
namespace {

// Far above what anybody trains on processors, and small enough that no product of a few of them overflows.
constexpr std::int64_t kMostValues = std::int64_t{1} << 30;
constexpr std::int64_t kMostParameters = std::int64_t{1} << 31;

class GraphBuilder {
 public:
  GraphBuilder(const ModelConfig& config, const ModelInput& input, LayerActivation loss_activation)
      : config_(config), loss_activation_(loss_activation) {
    add_activation({"input", input.shape});
    add_activation({"features", Shape::vector(input.features)});
    if (input.shape.has_rows()) {
      add_activation({"momenta", Shape::set(4)});
      add_activation({"angles", Shape::set(2)});
      add_activation({"pt_fraction", Shape::set(1)});
    }
    features_are_joined_ = input.features == 0;
  }

  Graph build(const std::vector<std::string>& freeze) {
    const std::size_t output =
        add_layers(config_.layers, graph_.names.resolve("input"), "model.layers", true);
    if (is_input(output))
      throw UsageError("model.layers: a softmax alone has nothing to train; put layers before it");
    if (!features_are_joined_) {
      throw UsageError(
          fmt::format("model.layers: data.high_level, or data.jets.jet_columns, names features, but no layer "
                      "joins them: put a features layer "
                      "after {}",
                      shape_of(0).has_rows() ? "the pool" : "flatten"));
    }
    freeze_layers(freeze);
    connect(graph_);
    return std::move(graph_);
  }

 private:
  void freeze_layers(const std::vector<std::string>& patterns) {
    const std::vector<std::string> layers = layers_with_weights(graph_, true);
    const std::vector<bool> chosen = chosen_layers(patterns, layers, "train.freeze");
    for (Node& node : graph_.nodes) {
      const auto found = std::find(layers.begin(), layers.end(), node.name);
      node.frozen = found != layers.end() && chosen[static_cast<std::size_t>(found - layers.begin())];
    }
    if (!patterns.empty() && std::find(chosen.begin(), chosen.end(), false) == chosen.end())
      throw UsageError(
          "train.freeze: all layers with weights are frozen, and nothing is left to train: leave out the "
          "last "
          "one");
  }

  std::size_t add_activation(Activation activation) {
    const std::int64_t values = activation.shape.size();
    if (values > kMostValues)
      throw UsageError(fmt::format("{} gives {} values a jet: {}, and at most {} are possible",
                                   activation.name, values, activation.shape.text(), kMostValues));
    const std::size_t number = graph_.activations.size();
    graph_.names.add(activation.name, number);
    graph_.activations.push_back(std::move(activation));
    return number;
  }

  bool is_input(std::size_t activation) const { return graph_.is_input(activation); }
  const Shape& shape_of(std::size_t activation) const { return graph_.activations[activation].shape; }

  /// Adds a sequence on top of an activation; returns the last one's output.
  std::size_t add_layers(const std::vector<LayerConfig>& layers, std::size_t input, const std::string& place,
                         bool outermost) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      last_ = outermost && i + 1 == layers.size();
      const std::string here = fmt::format("{}[{}]", place, i);
      input = add_any(layers[i], input, here);
    }
    return input;
  }

  /// Runs `make`; where it refuses, the place is put before the message.
  template <class Make>
  static auto at(const std::string& place, Make make) {
    try {
      return make();
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", place, error.what()));
    }
  }

  void count_parameters(const Node& node) {
    for (const ParameterSpec& spec : node.layer->parameters()) parameters_ += spec.size();
    if (parameters_ > kMostParameters)
      throw UsageError(
          fmt::format("with {} the network has {} parameters, and at most {} are possible: make it "
                      "smaller",
                      node.name, parameters_, kMostParameters));
  }

  /// Adds the layer that `make` makes from the shapes of its inputs.
  template <class Make>
  std::size_t append(Make make, const std::string& place, const std::vector<std::size_t>& inputs) {
    std::vector<Shape> shapes;
    Node node;
    for (const std::size_t input : inputs) {
      shapes.push_back(shape_of(input));
      node.inputs.push_back({input});
    }
    node.layer = at(place, [&] { return make(shapes); });
    node.name = graph_.names.next_of_kind(kind_name(node.layer->description()));
    at(place, [&] {
      count_parameters(node);
      node.output = add_activation({node.name, node.layer->output(), graph_.nodes.size()});
    });
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().output;
  }

  /// A layer of one input.
  template <class Config>
  std::size_t append_layer(const Config& config, std::size_t input, const std::string& place) {
    return append([&](const std::vector<Shape>& shapes) { return make_layer(config, shapes.front()); }, place,
                  {input});
  }

  /// Whether the loss computes this activation of the last layer itself.
  bool is_part_of_the_loss(const LayerConfig& layer) const {
    return last_ && loss_activation_ != LayerActivation::linear &&
           layer.kind.index() == layer_of_activation(loss_activation_).kind.index();
  }

  std::size_t add_any(const LayerConfig& config, std::size_t input, const std::string& place) {
    if (is_part_of_the_loss(config)) return input;
    return std::visit([&](const auto& layer) { return add(layer, input, place); }, config.kind);
  }

  template <class Config>
  std::size_t add(const Config& config, std::size_t input, const std::string& place) {
    return append_layer(config, input, place);
  }

  std::size_t add(const SoftmaxConfig& config, std::size_t input, const std::string& place) {
    require_last(place);
    return append_layer(config, input, place);
  }

  std::size_t add(const StandardizeConfig& config, std::size_t input, const std::string& place) {
    if (!is_input(input))
      throw UsageError(place + ": standardize stands on an input only: make it the first layer");
    return append_layer(config, input, place);
  }

  std::size_t add(const SumPoolConfig& config, std::size_t input, const std::string& place) {
    return append_pool(config, input, place);
  }
  std::size_t add(const MeanPoolConfig& config, std::size_t input, const std::string& place) {
    return append_pool(config, input, place);
  }

  template <class Config>
  std::size_t append_pool(const Config& config, std::size_t input, const std::string& place) {
    std::vector<std::size_t> inputs{input};
    if (config.weight == PoolWeight::pt_fraction)
      inputs.push_back(number_of(NetworkInput::pt_fraction, config.kName, place));
    return append([&](const std::vector<Shape>& shapes) { return make_layer_on(config, shapes); }, place,
                  inputs);
  }

  /// What comes in goes on; attention layers find the pairs by their name.
  std::size_t add(PairsConfig config, std::size_t input, const std::string& place) {
    config.heads = heads_that_ask_for(config.name, place);
    const std::size_t momenta = number_of(NetworkInput::momenta, config.kName, place);
    const std::size_t pairs = append(
        [&](const std::vector<Shape>& shapes) { return make_layer_on(config, shapes); }, place, {momenta});
    if (!pairs_.emplace(config.name, pairs).second)
      throw UsageError(fmt::format("{}: pairs: there is another of the name {}", place, config.name));
    return input;
  }

  std::int64_t heads_that_ask_for(const std::string& pairs, const std::string& place) const {
    std::int64_t heads = 0;
    find_heads(config_.layers, pairs, place, heads);
    if (heads == 0)
      throw UsageError(fmt::format("{}: pairs: no attention layer asks for {} (attention: {{bias: {}}})",
                                   place, pairs, pairs));
    return heads;
  }

  /// Of the attention layers among `layers`, and in residual blocks there, that have these pairs as bias.
  static void find_heads(const std::vector<LayerConfig>& layers, const std::string& pairs,
                         const std::string& place, std::int64_t& heads) {
    for (const LayerConfig& layer : layers) {
      if (const auto* residual = std::get_if<ResidualConfig>(&layer.kind))
        find_heads(residual->layers, pairs, place, heads);
      const auto* attention = std::get_if<AttentionConfig>(&layer.kind);
      if (attention == nullptr || attention->bias != pairs) continue;
      if (heads != 0 && heads != attention->heads)
        throw UsageError(
            fmt::format("{}: pairs: attention layers with {} and with {} heads ask for {}: give them "
                        "pairs of their own",
                        place, heads, attention->heads, pairs));
      heads = attention->heads;
    }
  }

  std::size_t add(AttentionConfig config, std::size_t input, const std::string& place) {
    const std::int64_t channels =
        at(place, [&] { return require_set(shape_of(input), config.kName).channels; });
    require_heads(config, channels, place);
    config.depth = ++attention_blocks_;
    std::vector<std::size_t> inputs{input};
    if (!config.bias.empty()) {
      const auto pairs = pairs_.find(config.bias);
      if (pairs == pairs_.end())
        throw UsageError(
            fmt::format("{}: attention: bias: no pairs layer before it has the name {}", place, config.bias));
      inputs.push_back(pairs->second);
    }
    return append([&](const std::vector<Shape>& shapes) { return make_layer_on(config, shapes); }, place,
                  inputs);
  }

  /// On a set, which others that follow go back to, or on the token of one before.
  std::size_t add(ClassAttentionConfig config, std::size_t input, const std::string& place) {
    const bool is_first = std::holds_alternative<SetShape>(shape_of(input).form());
    if (is_first) set_of_classes_ = input;
    if (set_of_classes_ == kNoIndex) at(place, [&] { return require_set(shape_of(input), config.kName); });
    const std::size_t set = set_of_classes_;
    const std::int64_t channels = shape_of(set).size();
    if (!is_first && shape_of(input) != Shape::vector(channels))
      throw UsageError(fmt::format("{}: class_attention: on {} {} as the token, and the set has {} channels",
                                   place, shape_of(input).form_name(), shape_of(input).text(), channels));
    require_heads(config, channels, place);
    config.depth = ++class_blocks_;
    std::vector<std::size_t> inputs{set};
    if (!is_first) inputs.push_back(input);
    return append([&](const std::vector<Shape>& shapes) { return make_layer_on(config, shapes); }, place,
                  inputs);
  }

  template <class Config>
  static void require_heads(const Config& config, std::int64_t channels, const std::string& place) {
    if (channels % config.heads != 0)
      throw UsageError(fmt::format("{}: {}: {} channels do not share out among {} heads", place, config.kName,
                                   channels, config.heads));
  }

  std::size_t add(const LorentzBlocksConfig& config, std::size_t input, const std::string& place) {
    if (input != graph_.names.resolve("input"))
      throw UsageError(place +
                       ": lorentz_blocks stands on the constituents' momenta, and what is before it would be "
                       "lost: make it the first layer");
    const std::size_t momenta = number_of(NetworkInput::momenta, config.kName, place);
    return append([&](const std::vector<Shape>& shapes) { return make_layer_on(config, shapes); }, place,
                  {momenta});
  }

  /// The activation of what is known of each constituent.
  std::size_t number_of(NetworkInput of_constituents, const char* kind, const std::string& place) const {
    at(place, [&] { return require_set(shape_of(0), kind); });
    return static_cast<std::size_t>(of_constituents);
  }

  /// What was pooled over constituents may be of any size, GeV perhaps.
  std::size_t add(BatchNormConfig config, std::size_t input, const std::string& place) {
    config.wide_range = shape_of(0).has_rows();
    return append_layer(config, input, place);
  }

  std::size_t add(const Conv2dConfig& config, std::size_t input, const std::string& place) {
    return add_weighted(config, input, place);
  }
  std::size_t add(const DenseConfig& config, std::size_t input, const std::string& place) {
    return add_weighted(config, input, place);
  }

  /// How kernels start in front of an activation, and what is added to the loss for them.
  template <class Config>
  void resolve_kernel(Config& config, LayerActivation activation) const {
    config.initializer = resolved(config.initializer, config_.initializer, activation);
    config.regularizer.l1 += config_.regularizer.l1;
    config.regularizer.l2 += config_.regularizer.l2;
  }

  std::size_t add(EdgeConvConfig config, std::size_t input, const std::string& place) {
    if (config.activation == LayerActivation::softmax) require_last(place);
    resolve_kernel(config, LayerActivation::relu);
    std::vector<std::size_t> inputs{input};
    if (config.distance == EdgeDistance::angles)
      inputs.push_back(number_of(NetworkInput::angles, config.kName, place));
    const std::size_t output = append(
        [&](const std::vector<Shape>& shapes) { return make_layer_on(config, shapes); }, place, inputs);
    return activate(config.activation, output, place);
  }

  /// A convolution or dense layer, and its activation.
  template <class Config>
  std::size_t add_weighted(Config config, std::size_t input, const std::string& place) {
    resolve_kernel(config, config.activation);
    config.bias_initializer = resolved(config.bias_initializer, {ZerosInitializer{}}, config.activation);
    const LayerActivation activation = config.activation;
    if (activation == LayerActivation::softmax) require_last(place);
    return activate(activation, append_layer(config, input, place), place);
  }

  /// The activation of the layer that was added last: a ReLU is computed with it where its kernels can,
  /// another is a layer of its own.
  std::size_t activate(LayerActivation activation, std::size_t output, const std::string& place) {
    const LayerConfig layer = layer_of_activation(activation);
    if (activation == LayerActivation::linear || is_part_of_the_loss(layer)) return output;
    Node& node = graph_.nodes.back();
    if (activation == LayerActivation::relu && node.layer->needs().can_rectify) {
      node.rectifies = true;
      return output;
    }
    return add_any(layer, output, place);
  }

  std::size_t add(const ResidualConfig& config, std::size_t input, const std::string& place) {
    if (config.layers.empty()) throw UsageError(place + ": residual.layers: is missing");
    if (config.activation == LayerActivation::softmax)
      throw UsageError(place + ": residual: softmax can only be the last layer");
    const std::size_t branch = add_layers(config.layers, input, place + ".residual.layers", false);
    const auto projection =
        at(place, [&] { return shortcut_layer(config, shape_of(input), shape_of(branch)); });
    const std::size_t shortcut = projection ? add_any(*projection, input, place) : input;
    return activate(config.activation, append(make_add, place, {branch, shortcut}), place);
  }

  std::size_t add(const FeaturesConfig& config, std::size_t input, const std::string& place) {
    const std::size_t features = graph_.names.resolve("features");
    if (shape_of(features).size() == 0)
      throw UsageError(place +
                       ": features: there are none; name some in data.high_level, or data.jets.jet_columns");
    const auto join_here = [&](const char* what_to_do) {
      throw UsageError(fmt::format("{}: features join a vector, but here is {} {}: put {} before it", place,
                                   shape_of(input).form_name(), shape_of(input).text(), what_to_do));
    };
    shape_of(input).visit([&](const ImageShape&) { join_here("flatten"); }, [](const VectorShape&) {},
                          [&](const SetShape&) { join_here("a pool (mean_pool)"); },
                          [&](const PairsShape&) { join_here("a pool"); });
    features_are_joined_ = true;
    const std::size_t joined = add_layers(config.layers, features, place + ".features.layers", false);
    if (!std::holds_alternative<VectorShape>(shape_of(joined).form()))
      throw UsageError(place + ": features: its layers must end in a vector");
    return append(make_concatenate, place, {input, joined});
  }

  void require_last(const std::string& place) const {
    if (!last_) throw UsageError(place + ": softmax can only be the last layer");
  }

  const ModelConfig& config_;
  LayerActivation loss_activation_;
  Graph graph_;
  std::map<std::string, std::size_t> pairs_;  ///< activations of the pairs layers, by their names
  std::size_t set_of_classes_ = kNoIndex;     ///< that the last class_attention on a set stands on
  std::int64_t attention_blocks_ = 0;
  std::int64_t class_blocks_ = 0;
  std::int64_t parameters_ = 0;       ///< of all layers so far
  bool last_ = false;                 ///< what is being added ends the network
  bool features_are_joined_ = false;  ///< or there are none
};

}  // namespace

Graph build_graph(const ModelConfig& config, const ModelInput& input, LayerActivation loss_activation,
                  const std::vector<std::string>& freeze) {
  return GraphBuilder(config, input, loss_activation).build(freeze);
}

std::vector<std::string> layers_with_weights(const Graph& graph, bool to_train) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) {
    if (to_train ? node.has_weights_to_train() : node.parameter_count() > 0) names.push_back(node.name);
  }
  return names;
}

}  // namespace jetrain
