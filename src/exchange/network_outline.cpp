#include "exchange/network_outline.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "config/words.hpp"
#include "nn/window.hpp"

namespace jetrain {
namespace {

std::string text_of(bool value) {
  return value ? "true" : "false";
}

std::string list_of(const std::vector<std::int64_t>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

std::string pair_of(std::int64_t a, std::int64_t b) {
  return list_of({a, b});
}

/// The settings of a layer of ours, by kind. No rule for all others: a new kind fails to compile until it is
/// said what Keras has instead.
class LayerInKeras {
 public:
  LayerInKeras(const Node& node, const KerasConventions& conventions, OutlineLayer& layer)
      : node_(node), conventions_(conventions), layer_(layer) {}

  void operator()(const Conv2dDescription& kind) {
    layer_.kind = "Conv2D";
    set("filters", outline_number(static_cast<double>(node_.layer->output().sizes().front())));
    set("kernel_size", pair_of(kind.windows.size[0], kind.windows.size[1]));
    set_windows(kind.windows);
    set("dilation_rate", pair_of(1, 1));
    set("groups", outline_number(static_cast<double>(kind.groups)));
    set("use_bias", text_of(has_bias()));
  }
  void operator()(const DenseDescription&) {
    layer_.kind = "Dense";
    set("units", outline_number(static_cast<double>(node_.layer->output().size())));
    set("use_bias", text_of(has_bias()));
  }
  void operator()(const MaxPool2dDescription& kind) { pool("MaxPooling2D", kind.windows); }
  void operator()(const AvgPool2dDescription& kind) { pool("AveragePooling2D", kind.windows); }
  void operator()(const GlobalAvgPool2dDescription&) {
    layer_.kind = "GlobalAveragePooling2D";
    set("data_format", conventions_.data_format);
    set("keepdims", "false");
  }
  void operator()(const FlattenDescription&) {
    layer_.kind = "Flatten";
    const auto* image = std::get_if<ImageShape>(&input().form());
    const bool has_one_order = image == nullptr || image->channels == 1 || image->rows * image->columns == 1;
    if (has_one_order) {
      layer_.settings.push_back({"data_format", {"channels_last", "channels_first"}});
    } else {
      set("data_format", conventions_.data_format);
    }
  }
  void operator()(const LayerNormDescription& kind) {
    if (std::holds_alternative<ImageShape>(input().form())) return group_norm(1, kind.epsilon);
    layer_.kind = "LayerNormalization";
    norm(kind.epsilon);
    set("rms_scaling", "false");
  }
  void operator()(const GroupNormDescription& kind) { group_norm(kind.groups, kind.epsilon); }
  void operator()(const BatchNormDescription& kind) {
    layer_.kind = "BatchNormalization";
    norm(kind.epsilon);
    set("renorm", "false");
  }
  void operator()(const StandardizeDescription&) {
    layer_.kind = "Normalization";
    set("invert", "false");
  }
  void operator()(const AddDescription&) { layer_.kind = "Add"; }
  void operator()(const ConcatenateDescription&) {
    layer_.kind = "Concatenate";
    layer_.settings.push_back({"axis", {"-1", "1"}});
  }

  void operator()(const ReluDescription&) { activation("relu"); }
  void operator()(const LeakyReluDescription& kind) {
    activation(fmt::format("leaky_relu of slope {}", outline_number(kind.alpha)));
  }
  void operator()(const EluDescription& kind) {
    activation(fmt::format("elu of alpha {}", outline_number(kind.alpha)));
  }
  void operator()(const GeluDescription&) { activation("gelu"); }
  void operator()(const TanhDescription&) { activation("tanh"); }
  void operator()(const SigmoidDescription&) { activation("sigmoid"); }
  void operator()(const SoftmaxDescription&) { activation("softmax"); }

  // What does nothing to scores.
  void operator()(const DropoutDescription&) {}
  void operator()(const LinearDescription&) {}

  // What Keras does not have.
  void operator()(const SumPoolDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const MeanPoolDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const MaxPoolDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const RmsNormDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const EdgeConvDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const PairsDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const AttentionDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const ClassAttentionDescription& kind) { layer_.kind = kind.kName; }
  void operator()(const LorentzBlocksDescription& kind) { layer_.kind = kind.kName; }

 private:
  const Shape& input() const { return node_.layer->inputs().front(); }
  bool has_bias() const {
    const std::vector<ParameterSpec> specs = node_.layer->parameters();
    return std::any_of(specs.begin(), specs.end(), [](const auto& spec) { return spec.name == "bias"; });
  }
  void set(const char* key, const std::string& value) { layer_.settings.push_back({key, {value}}); }
  void activation(const std::string& name) {
    layer_.kind = kActivationLayer;
    layer_.activation.values = {name};
  }

  /// Where windows of both kinds are the same, both words are right.
  void set_windows(const Windows& windows) {
    set("strides", pair_of(windows.stride, windows.stride));
    const Halo& p = windows.padding;
    const bool valid = p.top == 0 && p.bottom == 0 && p.left == 0 && p.right == 0;
    const ImageShape& image = std::get<ImageShape>(input().form());
    const WindowAxis rows(image.rows, windows.size[0], windows.stride, true);
    const WindowAxis columns(image.columns, windows.size[1], windows.stride, true);
    const std::vector<std::int64_t> sizes = node_.layer->output().sizes();
    const bool same = rows.before == p.top && rows.after == p.bottom && columns.before == p.left &&
                      columns.after == p.right && sizes.at(1) == rows.outputs &&
                      sizes.at(2) == columns.outputs;
    OutlineSetting padding{"padding", {}};
    if (same) padding.values.emplace_back("same");
    if (valid && sizes.at(1) == WindowAxis(image.rows, windows.size[0], windows.stride, false).outputs &&
        sizes.at(2) == WindowAxis(image.columns, windows.size[1], windows.stride, false).outputs)
      padding.values.emplace_back("valid");
    layer_.settings.push_back(std::move(padding));
    set("data_format", conventions_.data_format);
  }
  void pool(const char* kind, const Windows& windows) {
    layer_.kind = kind;
    set("pool_size", pair_of(windows.size[0], windows.size[1]));
    set_windows(windows);
  }

  /// Over channels.
  void set_axis() {
    const auto axes = input().visit(
        [&](const ImageShape&) -> std::vector<std::string> {
          if (conventions_.data_format == "channels_first") return {"1", "-3"};
          return {"-1", "3"};
        },
        [](const VectorShape&) -> std::vector<std::string> {
          return {"-1", "1"};
        },
        [](const SetShape&) -> std::vector<std::string> {
          return {"-1", "2"};
        },
        [](const PairsShape&) -> std::vector<std::string> { return {"-1"}; });
    layer_.settings.push_back({"axis", axes});
  }
  void norm(float epsilon) {
    set_axis();
    set("epsilon", outline_number(static_cast<double>(epsilon)));
    set("center", "true");
    set("scale", "true");
  }
  void group_norm(std::int64_t groups, float epsilon) {
    layer_.kind = "GroupNormalization";
    set("groups", outline_number(static_cast<double>(groups)));
    norm(epsilon);
  }

  const Node& node_;
  const KerasConventions& conventions_;
  OutlineLayer& layer_;
};

std::string shape_in_keras(const Shape& shape, const KerasConventions& conventions) {
  return shape.visit(
      [&](const ImageShape& image) {
        if (conventions.data_format == "channels_first")
          return list_of({image.channels, image.rows, image.columns});
        return list_of({image.rows, image.columns, image.channels});
      },
      [](const VectorShape& vector) { return list_of({vector.features}); },
      [](const SetShape&) { return std::string(); }, [](const PairsShape&) { return std::string(); });
}

}  // namespace

std::string outline_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15)
    return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{}", static_cast<float>(value));
}

Outline outline_of(const Model& model, const KerasConventions& conventions) {
  Outline outline;
  const Graph& graph = model.graph();
  std::vector<std::size_t> layer_of(graph.activations.size(), kNoIndex);
  const auto add = [&](OutlineLayer layer) {
    outline.layers.push_back(std::move(layer));
    return outline.layers.size() - 1;
  };
  for (std::size_t i = 0; i < graph.activations.size(); ++i) {
    if (!graph.is_input(i) || !graph.is_used(i)) continue;
    OutlineLayer input{.kind = kInputLayer, .name = graph.activations[i].name};
    const std::string shape = shape_in_keras(graph.activations[i].shape, conventions);
    if (!shape.empty()) input.settings.push_back({"shape", {shape}});
    layer_of[i] = add(std::move(input));
  }
  for (const Node& node : graph.nodes) {
    OutlineLayer layer{.name = node.name};
    std::visit(LayerInKeras(node, conventions, layer), node.layer->description());
    for (const Edge& edge : node.inputs) layer.inputs.push_back(layer_of[edge.activation]);
    if (node.rectifies) layer.activation.values = {"relu"};
    layer_of[node.output] = layer.kind.empty() ? layer.inputs.front() : add(std::move(layer));
  }
  outline.output = layer_of[graph.nodes.back().output];
  const LayerActivation last = model.loss().activation();
  if (last != LayerActivation::linear) {
    OutlineLayer layer{.kind = kActivationLayer, .name = word_of(last).text, .inputs = {outline.output}};
    layer.activation.values = {word_of(last).text};
    if (conventions.gives_logits) layer.activation.values.emplace_back("linear");
    outline.output = add(std::move(layer));
  }
  merge_activations(outline);
  return outline;
}

void merge_activations(Outline& outline) {
  std::vector<int> uses(outline.layers.size(), 0);
  for (const OutlineLayer& layer : outline.layers)
    for (const std::size_t input : layer.inputs) ++uses[input];
  std::vector<std::size_t> moved(outline.layers.size());
  Outline merged;
  for (std::size_t i = 0; i < outline.layers.size(); ++i) {
    OutlineLayer& layer = outline.layers[i];
    const bool is_alone = layer.kind == kActivationLayer && uses[layer.inputs.at(0)] == 1;
    for (std::size_t& input : layer.inputs) input = moved[input];
    if (is_alone && merged.layers[layer.inputs[0]].activation.values.front() == "linear") {
      moved[i] = layer.inputs[0];
      merged.layers[moved[i]].activation = layer.activation;
    } else {
      moved[i] = merged.layers.size();
      merged.layers.push_back(std::move(layer));
    }
  }
  merged.output = moved[outline.output];
  outline = std::move(merged);
}

}  // namespace jetrain
