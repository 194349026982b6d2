#include "exchange/onnx_network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "exchange/onnx_sets.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// From (rows, columns, inputs, filters), as Keras has them, to (filters, inputs, rows, columns).
std::vector<float> filters_first(const std::vector<std::int64_t>& shape, std::span<const float> values) {
  std::vector<float> out(values.size());
  const std::int64_t taps = shape[0] * shape[1];
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    for (std::int64_t i = 0; i < shape[2]; ++i) {
      for (std::int64_t f = 0; f < shape[3]; ++f)
        out[static_cast<std::size_t>((f * shape[2] + i) * taps + tap)] =
            values[static_cast<std::size_t>((tap * shape[2] + i) * shape[3] + f)];
    }
  }
  return out;
}

/// From (inputs, units) to (units, inputs).
std::vector<float> units_first(const std::vector<std::int64_t>& shape, std::span<const float> values) {
  return filters_first({1, 1, shape[0], shape[1]}, values);
}

OnnxAttributes attributes_of(const Windows& windows) {
  const Halo& p = windows.padding;
  return {{"kernel_shape", std::vector<std::int64_t>{windows.size[0], windows.size[1]}},
          {"strides", std::vector<std::int64_t>{windows.stride, windows.stride}},
          {"pads", std::vector<std::int64_t>{p.top, p.left, p.bottom, p.right}}};
}

/// One layer of a network, with the tensors that come into it.
class LayerInOnnx {
 public:
  explicit LayerInOnnx(OnnxLayer layer) : layer_(std::move(layer)) {}

  // Each kind says itself, and gives the name of its last tensor. There is no rule for all others: a new kind
  // fails to compile until it has one here.

  std::string operator()(const Conv2dDescription& kind) {
    const std::vector<std::int64_t>& s = layer_.view_of("kernel").spec.shape;
    OnnxAttributes attributes = attributes_of(kind.windows);
    attributes.emplace_back("group", kind.groups);
    const std::string filters = graph().constant(layer_.named("kernel"), {s[3], s[2], s[0], s[1]},
                                                 filters_first(s, layer_.values_of("kernel")));
    return rectified("Conv", with_bias({x(), filters}), attributes);
  }

  /// The kernel as (units, inputs), as PyTorch writes it: OpenCV 4.6 reads no other.
  std::string operator()(const DenseDescription&) {
    if (of_sets()) return dense_of_sets(layer_);
    const std::vector<std::int64_t>& s = layer_.view_of("kernel").spec.shape;
    const std::string units =
        graph().constant(layer_.named("kernel"), {s[1], s[0]}, units_first(s, layer_.values_of("kernel")));
    return rectified("Gemm", with_bias({x(), units}), {{"transB", std::int64_t{1}}});
  }

  std::string operator()(const MaxPool2dDescription& kind) {
    return last("MaxPool", attributes_of(kind.windows));
  }
  std::string operator()(const AvgPool2dDescription& kind) {
    OnnxAttributes attributes = attributes_of(kind.windows);
    attributes.emplace_back("count_include_pad", std::int64_t{0});
    return last("AveragePool", attributes);
  }
  std::string operator()(const GlobalAvgPool2dDescription&) {
    return flat(graph().node("GlobalAveragePool", named("means"), layer_.inputs()));
  }

  std::string operator()(const SumPoolDescription&) { return sum_pool_of_sets(layer_); }
  std::string operator()(const MeanPoolDescription&) { return mean_pool_of_sets(layer_); }
  std::string operator()(const MaxPoolDescription&) { return max_pool_of_sets(layer_); }
  std::string operator()(const RmsNormDescription& kind) { return rms_norm_of_sets(layer_, kind.epsilon); }
  std::string operator()(const EdgeConvDescription& kind) { return edge_conv_of_sets(layer_, kind); }
  std::string operator()(const PairsDescription& kind) { return pairs_of_sets(layer_, kind.epsilon); }
  std::string operator()(const AttentionDescription& kind) { return attention_of_sets(layer_, kind); }
  std::string operator()(const ClassAttentionDescription& kind) {
    return class_attention_of_sets(layer_, kind);
  }
  std::string operator()(const LorentzBlocksDescription& kind) {
    return lorentz_blocks_of_sets(layer_, kind);
  }

  /// In the order (row, column, channel).
  std::string operator()(const FlattenDescription&) {
    return input().visit(
        [&](const ImageShape&) {
          return flat(graph().node("Transpose", named("channels_last"), layer_.inputs(),
                                   {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}}));
        },
        [&](const VectorShape&) { return x(); }, [&](const SetShape&) { return x(); },
        [&](const PairsShape&) { return x(); });
  }

  std::string operator()(const BatchNormDescription& kind) {
    if (of_sets()) return batch_norm_of_sets(layer_, kind.epsilon);
    return graph().node(
        "BatchNormalization", name(),
        {x(), parameter("gamma"), parameter("beta"), parameter("moving_mean"), parameter("moving_variance")},
        {{"epsilon", kind.epsilon}});
  }
  std::string operator()(const LayerNormDescription& kind) {
    return of_sets() ? layer_norm_of_sets(layer_, kind.epsilon) : normalized(1, kind.epsilon);
  }
  std::string operator()(const GroupNormDescription& kind) { return normalized(kind.groups, kind.epsilon); }

  std::string operator()(const StandardizeDescription&) {
    const std::string centred = graph().node("Sub", named("centred"), {x(), parameter("mean")});
    return graph().node("Div", name(), {centred, parameter("scale")});
  }

  std::string operator()(const AddDescription&) {
    return rectified(layer_.inputs().size() == 2 ? "Add" : "Sum", layer_.inputs());
  }
  std::string operator()(const ConcatenateDescription&) {
    return last("Concat", {{"axis", std::int64_t{1}}});
  }

  std::string operator()(const DropoutDescription&) { return x(); }
  std::string operator()(const LinearDescription&) { return x(); }
  std::string operator()(const ReluDescription&) { return last("Relu"); }
  std::string operator()(const TanhDescription&) { return last("Tanh"); }
  std::string operator()(const SigmoidDescription&) { return last("Sigmoid"); }
  std::string operator()(const LeakyReluDescription& kind) {
    return last("LeakyRelu", {{"alpha", static_cast<float>(kind.alpha)}});
  }
  std::string operator()(const EluDescription& kind) {
    return last("Elu", {{"alpha", static_cast<float>(kind.alpha)}});
  }
  std::string operator()(const SoftmaxDescription&) { return last("Softmax", {{"axis", std::int64_t{1}}}); }

  /// x (1 + erf(x / sqrt 2)) / 2; the opset has no operator for it.
  std::string operator()(const GeluDescription&) {
    const auto number = [&](const char* part, float value) {
      return graph().constant(named(part), {1}, std::span(&value, 1));
    };
    const std::string scaled = graph().node("Mul", named("scaled"), {x(), number("root_half", 0.70710678F)});
    const std::string erf = graph().node("Erf", named("erf"), {scaled});
    const std::string shifted = graph().node("Add", named("shifted"), {erf, number("one", 1.0F)});
    const std::string share = graph().node("Mul", named("share"), {shifted, number("half", 0.5F)});
    return graph().node("Mul", name(), {x(), share});
  }

 private:
  const std::string& x() const { return layer_.inputs().front(); }
  std::string named(const char* part) const { return layer_.named(part); }
  const std::string& name() const { return layer_.node().name; }
  OnnxGraph& graph() const { return layer_.graph(); }
  std::string parameter(const char* name) const { return layer_.parameter(name); }
  /// Where the layer has one: it is an operator's optional last input.
  std::vector<std::string> with_bias(std::vector<std::string> inputs) const {
    if (layer_.has("bias")) inputs.push_back(parameter("bias"));
    return inputs;
  }
  const Shape& input() const { return layer_.node().layer->inputs().front(); }
  bool of_sets() const { return std::holds_alternative<SetShape>(input().form()); }

  std::string last(const char* op, const OnnxAttributes& attributes = {}) {
    return graph().node(op, name(), layer_.inputs(), attributes);
  }
  /// With the ReLU that is computed with the layer.
  std::string rectified(const char* op, const std::vector<std::string>& inputs,
                        const OnnxAttributes& attributes = {}) {
    if (!layer_.node().rectifies) return graph().node(op, name(), inputs, attributes);
    return graph().node("Relu", name(), {graph().node(op, named("sum"), inputs, attributes)});
  }
  std::string flat(const std::string& image) {
    return graph().node("Flatten", name(), {image}, {{"axis", std::int64_t{1}}});
  }

  /// The groups of a sample as the channels of an instance normalisation. gamma and beta then come as a batch
  /// normalisation of mean 0 and variance 1: one operator, which all runtimes read.
  std::string normalized(std::int64_t groups, float epsilon) {
    const auto same = [&](const char* part, std::int64_t count, float value) {
      return graph().constant(named(part), {count},
                              std::vector<float>(static_cast<std::size_t>(count), value));
    };
    std::vector<std::int64_t> back = layer_.node().layer->output().sizes();
    const std::int64_t channels = back.front();
    back.insert(back.begin(), 0);  // 0: as it comes in
    const std::string in_groups = graph().node(
        "Reshape", named("groups"), {x(), graph().constant(named("group_shape"), {0, groups, -1})});
    const std::string normal = graph().node(
        "InstanceNormalization", named("normal"),
        {in_groups, same("group_ones", groups, 1), same("group_zeros", groups, 0)}, {{"epsilon", epsilon}});
    const std::string sample =
        graph().node("Reshape", named("sample"), {normal, graph().constant(named("shape"), back)});
    return graph().node("BatchNormalization", name(),
                        {sample, parameter("gamma"), parameter("beta"), same("zeros", channels, 0),
                         same("ones", channels, 1)},
                        {{"epsilon", 0.0F}});
  }

  OnnxLayer layer_;
};

/// What the loss computes itself of the last layer's activation, in training as here.
void add_scores(OnnxGraph& graph, const Model& model, const std::string& outputs) {
  const LayerActivation last = model.loss().activation();
  switch (last) {
    case LayerActivation::linear:
      graph.node("Identity", "scores", {outputs});
      return;
    case LayerActivation::sigmoid:
      graph.node("Sigmoid", "scores", {outputs});
      return;
    case LayerActivation::softmax:
      graph.node("Softmax", "scores", {outputs}, {{"axis", std::int64_t{1}}});
      return;
    case LayerActivation::relu:
    case LayerActivation::leaky_relu:
    case LayerActivation::elu:
    case LayerActivation::gelu:
    case LayerActivation::tanh:
      break;
  }
  throw Error(fmt::format("a loss computes a {}, which has no form in ONNX here", last));
}

/// Where sets come in, tensors for each NetworkInput.
class NetworkInOnnx {
 public:
  NetworkInOnnx(OnnxGraph& graph, const Model& model)
      : graph_(graph),
        model_(model),
        formula_(graph, "constituents"),
        tensors_(model.graph().activations.size()) {
    const Shape& sample = model.input().shape;
    const auto one = [&](const char* name) {
      graph.input(name, sample.sizes());
      tensor(NetworkInput::sample) = name;
    };
    sample.visit([&](const ImageShape&) { one("image"); }, [&](const VectorShape&) { one("features"); },
                 [&](const SetShape&) { begin_sets(); },
                 [](const PairsShape&) { throw std::logic_error("pairs do not come into a network"); });
    if (model.input().features > 0) graph.input("features", std::vector{model.input().features});
    tensor(NetworkInput::features) = "features";
  }

  void add_layers() {
    for (const Node& node : model_.nodes()) {
      std::vector<std::string> inputs;
      for (const Edge& edge : node.inputs) inputs.push_back(tensors_[edge.activation]);
      LayerInOnnx layer({graph_, model_, node, std::move(inputs), sets_ ? &*sets_ : nullptr});
      tensors_[node.output] = std::visit(layer, node.layer->description());
    }
  }
  const std::string& output() const { return tensors_[model_.nodes().back().output]; }

 private:
  std::string& tensor(NetworkInput input) { return tensors_[static_cast<std::size_t>(input)]; }

  void begin_sets() {
    std::int64_t least = 1;  // a pool wants one at least
    for (const Node& node : model_.nodes()) {
      const LayerDescription& kind = node.layer->description();
      if (const auto* edges = std::get_if<EdgeConvDescription>(&kind))
        least = std::max(least, edges->neighbours);
    }
    sets_ = add_constituents(graph_, formula_, model_.input(), least);
    tensor(NetworkInput::sample) = sets_->features.name;
    tensor(NetworkInput::momenta) = sets_->momenta.name;
    tensor(NetworkInput::angles) = sets_->angles.name;
    tensor(NetworkInput::pt_fraction) = sets_->pt_fraction.name;
  }

  OnnxGraph& graph_;
  const Model& model_;
  OnnxFormula formula_;
  std::optional<OnnxConstituents> sets_;
  std::vector<std::string> tensors_;  ///< of the activations
};

}  // namespace

void add_network(OnnxGraph& graph, const Model& model) {
  NetworkInOnnx network(graph, model);
  network.add_layers();
  add_scores(graph, model, network.output());
  graph.output("scores", std::vector{model.outputs()});
}

}  // namespace jetrain
