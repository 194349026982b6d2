#include "exchange/onnx_network.hpp"

#include <fmt/format.h>

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
  LayerInOnnx(OnnxGraph& graph, const Model& model, const Node& node, std::vector<std::string> inputs)
      : graph_(graph), model_(model), node_(node), inputs_(std::move(inputs)) {}

  // Each kind says itself, and gives the name of its last tensor. There is no rule for all others: a new kind
  // fails to compile until it has one here.

  std::string operator()(const Conv2dDescription& kind) {
    const ParameterView& kernel = view_of("kernel");
    const std::vector<std::int64_t>& s = kernel.spec.shape;
    OnnxAttributes attributes = attributes_of(kind.windows);
    attributes.emplace_back("group", kind.groups);
    const std::string filters =
        graph_.constant(named("kernel"), {s[3], s[2], s[0], s[1]}, filters_first(s, values_of(kernel)));
    return rectified("Conv", {x(), filters, parameter("bias")}, attributes);
  }

  /// The kernel as (units, inputs), as PyTorch writes it: OpenCV 4.6 reads no other.
  std::string operator()(const DenseDescription&) {
    const ParameterView& kernel = view_of("kernel");
    const std::vector<std::int64_t>& s = kernel.spec.shape;
    const std::string units =
        graph_.constant(named("kernel"), {s[1], s[0]}, units_first(s, values_of(kernel)));
    return rectified("Gemm", {x(), units, parameter("bias")}, {{"transB", std::int64_t{1}}});
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
    return flat(graph_.node("GlobalAveragePool", named("means"), inputs_));
  }

  std::string operator()(const SumPoolDescription&) { return of_sets(); }
  std::string operator()(const MeanPoolDescription&) { return of_sets(); }
  std::string operator()(const MaxPoolDescription&) { return of_sets(); }
  std::string operator()(const RmsNormDescription&) { return of_sets(); }
  std::string operator()(const PairsDescription&) { return of_sets(); }
  std::string operator()(const AttentionDescription&) { return of_sets(); }
  std::string operator()(const LorentzBlocksDescription&) { return of_sets(); }

  /// In the order (row, column, channel).
  std::string operator()(const FlattenDescription&) {
    return node_.layer->inputs().front().visit(
        [&](const ImageShape&) {
          return flat(graph_.node("Transpose", named("channels_last"), inputs_,
                                  {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}}));
        },
        [&](const VectorShape&) { return x(); }, [&](const SetShape&) { return x(); },
        [&](const PairsShape&) { return x(); });
  }

  std::string operator()(const BatchNormDescription& kind) {
    return graph_.node(
        "BatchNormalization", node_.name,
        {x(), parameter("gamma"), parameter("beta"), parameter("moving_mean"), parameter("moving_variance")},
        {{"epsilon", kind.epsilon}});
  }
  std::string operator()(const LayerNormDescription& kind) { return normalized(1, kind.epsilon); }
  std::string operator()(const GroupNormDescription& kind) { return normalized(kind.groups, kind.epsilon); }

  std::string operator()(const StandardizeDescription&) {
    const std::string centred = graph_.node("Sub", named("centred"), {x(), parameter("mean")});
    return graph_.node("Div", node_.name, {centred, parameter("scale")});
  }

  std::string operator()(const AddDescription&) {
    return rectified(inputs_.size() == 2 ? "Add" : "Sum", inputs_);
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
      return graph_.constant(named(part), {1}, std::span(&value, 1));
    };
    const std::string scaled = graph_.node("Mul", named("scaled"), {x(), number("root_half", 0.70710678F)});
    const std::string erf = graph_.node("Erf", named("erf"), {scaled});
    const std::string shifted = graph_.node("Add", named("shifted"), {erf, number("one", 1.0F)});
    const std::string share = graph_.node("Mul", named("share"), {shifted, number("half", 0.5F)});
    return graph_.node("Mul", node_.name, {x(), share});
  }

 private:
  [[noreturn]] static std::string of_sets() { throw std::logic_error("networks of sets were refused before"); }
  const std::string& x() const { return inputs_.front(); }
  std::string named(const char* part) const { return node_.name + "/" + part; }

  std::string last(const char* op, const OnnxAttributes& attributes = {}) {
    return graph_.node(op, node_.name, inputs_, attributes);
  }
  /// With the ReLU that is computed with the layer.
  std::string rectified(const char* op, const std::vector<std::string>& inputs,
                        const OnnxAttributes& attributes = {}) {
    if (!node_.rectifies) return graph_.node(op, node_.name, inputs, attributes);
    return graph_.node("Relu", node_.name, {graph_.node(op, named("sum"), inputs, attributes)});
  }
  std::string flat(const std::string& image) {
    return graph_.node("Flatten", node_.name, {image}, {{"axis", std::int64_t{1}}});
  }

  /// The groups of a sample as the channels of an instance normalisation. gamma and beta then come as a batch
  /// normalisation of mean 0 and variance 1: one operator, which all runtimes read.
  std::string normalized(std::int64_t groups, float epsilon) {
    const auto same = [&](const char* part, std::int64_t count, float value) {
      return graph_.constant(named(part), {count},
                             std::vector<float>(static_cast<std::size_t>(count), value));
    };
    std::vector<std::int64_t> back = node_.layer->output().sizes();
    const std::int64_t channels = back.front();
    back.insert(back.begin(), 0);  // 0: as it comes in
    const std::string in_groups = graph_.node("Reshape", named("groups"),
                                              {x(), graph_.constant(named("group_shape"), {0, groups, -1})});
    const std::string normal = graph_.node(
        "InstanceNormalization", named("normal"),
        {in_groups, same("group_ones", groups, 1), same("group_zeros", groups, 0)}, {{"epsilon", epsilon}});
    const std::string sample =
        graph_.node("Reshape", named("sample"), {normal, graph_.constant(named("shape"), back)});
    return graph_.node("BatchNormalization", node_.name,
                       {sample, parameter("gamma"), parameter("beta"), same("zeros", channels, 0),
                        same("ones", channels, 1)},
                       {{"epsilon", 0.0F}});
  }

  const ParameterView& view_of(const std::string& name) const {
    for (const ParameterView& view : model_.parameter_views()) {
      if (view.layer == node_.name && view.spec.name == name) return view;
    }
    throw Error(fmt::format("layer {} has no {}", node_.name, name));
  }
  std::span<const float> values_of(const ParameterView& view) const {
    return model_.parameters().subspan(static_cast<std::size_t>(view.offset),
                                       static_cast<std::size_t>(view.spec.size()));
  }
  std::string parameter(const char* name) {
    const ParameterView& view = view_of(name);
    return graph_.constant(named(name), view.spec.shape, values_of(view));
  }

  OnnxGraph& graph_;
  const Model& model_;
  const Node& node_;
  std::vector<std::string> inputs_;
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

}  // namespace

void add_network(OnnxGraph& graph, const Model& model) {
  const Shape& sample = model.input().shape;
  const auto refuse_sets = [] {
    throw UsageError("networks of constituents (input: constituents) have no form in ONNX yet");
    return "";
  };
  const std::string first = sample.visit(
      [](const ImageShape&) { return "image"; }, [](const VectorShape&) { return "features"; },
      [&](const SetShape&) { return refuse_sets(); }, [&](const PairsShape&) { return refuse_sets(); });
  std::vector<std::string> tensors(model.graph().activations.size(), "features");
  tensors[0] = first;
  graph.input(first, sample.sizes());
  if (model.input().features > 0) graph.input("features", std::vector{model.input().features});
  for (const Node& node : model.nodes()) {
    std::vector<std::string> inputs;
    for (const Edge& edge : node.inputs) inputs.push_back(tensors[edge.activation]);
    tensors[node.output] =
        std::visit(LayerInOnnx(graph, model, node, std::move(inputs)), node.layer->description());
  }
  add_scores(graph, model, tensors[model.nodes().back().output]);
  graph.output("scores", std::vector{model.outputs()});
}

}  // namespace jetrain
