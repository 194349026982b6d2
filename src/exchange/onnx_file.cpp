#include "exchange/onnx_file.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "exchange/onnx_graph.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// Tensor sizes of one sample.
std::vector<std::int64_t> sizes_of(const Shape& shape) {
  if (shape.flat) return {shape.columns};
  return {shape.channels, shape.rows, shape.columns};
}

/// From (rows, columns, inputs, filters), as Keras has them, to (filters, inputs, rows, columns).
std::vector<float> filters_first(const ParameterView& kernel, const float* values) {
  const auto& s = kernel.spec.shape;
  std::vector<float> out(static_cast<std::size_t>(kernel.spec.size()));
  const std::int64_t taps = s[0] * s[1];
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    for (std::int64_t i = 0; i < s[2]; ++i) {
      for (std::int64_t f = 0; f < s[3]; ++f)
        out[static_cast<std::size_t>((f * s[2] + i) * taps + tap)] = values[(tap * s[2] + i) * s[3] + f];
    }
  }
  return out;
}

/// Says each layer of a network in ONNX's operators.
class Translator {
 public:
  Translator(const Model& model, OnnxGraph& graph) : model_(model), graph_(graph) {}

  /// Nodes from the inputs to `scores`.
  void translate() {
    tensors_[0] = model_.input().shape.flat ? "features" : "image";
    tensors_[1] = "features";
    graph_.input(tensors_[0], sizes_of(model_.input().shape));
    if (model_.input().features > 0) graph_.input("features", std::vector{model_.input().features});
    for (const Node& node : model_.nodes()) tensors_[node.output] = translate(node);
    const std::string last = model_.loss().activation();
    const std::vector<std::string> outputs{tensors_[model_.nodes().back().output]};
    if (last == "softmax")
      graph_.node("Softmax", "scores", outputs, {{"axis", std::int64_t{1}}});
    else
      graph_.node(last == "sigmoid" ? "Sigmoid" : "Identity", "scores", outputs);
    graph_.output("scores", std::vector{model_.outputs()});
  }

 private:
  using Rule = std::string (Translator::*)(const Node&);

  std::string translate(const Node& node) {
    static const std::map<std::string, Rule> rules = {{"conv2d", &Translator::conv2d},
                                                      {"dense", &Translator::dense},
                                                      {"max_pool2d", &Translator::max_pool2d},
                                                      {"avg_pool2d", &Translator::avg_pool2d},
                                                      {"global_avg_pool2d", &Translator::global_avg_pool2d},
                                                      {"flatten", &Translator::flatten},
                                                      {"batch_norm", &Translator::batch_norm},
                                                      {"layer_norm", &Translator::group_norm},
                                                      {"group_norm", &Translator::group_norm},
                                                      {"standardize", &Translator::standardize},
                                                      {"add", &Translator::add},
                                                      {"concatenate", &Translator::concatenate},
                                                      {"leaky_relu", &Translator::leaky_relu},
                                                      {"elu", &Translator::elu},
                                                      {"gelu", &Translator::gelu},
                                                      {"softmax", &Translator::softmax},
                                                      {"dropout", &Translator::nothing},
                                                      {"linear", &Translator::nothing},
                                                      {"relu", &Translator::element_wise<kRelu>},
                                                      {"tanh", &Translator::element_wise<kTanh>},
                                                      {"sigmoid", &Translator::element_wise<kSigmoid>}};
    const auto rule = rules.find(node.layer->kind());
    if (rule == rules.end())
      throw UsageError(
          fmt::format("layer {}: jetrain export does not know the kind {}", node.name, node.layer->kind()));
    return (this->*rule->second)(node);
  }

  static constexpr char kRelu[] = "Relu";
  static constexpr char kTanh[] = "Tanh";
  static constexpr char kSigmoid[] = "Sigmoid";
  template <const char* kOperator>
  std::string element_wise(const Node& node) {
    return graph_.node(kOperator, node.name, {from(node)});
  }

  std::string nothing(const Node& node) { return from(node); }

  std::string conv2d(const Node& node) {
    const LayerSettings s = node.layer->settings();
    const ParameterView& view = view_of(node, "kernel");
    const std::vector<std::int64_t>& shape = view.spec.shape;
    const std::string kernel =
        graph_.constant(node.name + "/kernel", {shape[3], shape[2], shape[0], shape[1]},
                        filters_first(view, values_of(view)));
    OnnxAttributes attributes = window(s);
    attributes.emplace_back("group", s.groups);
    return with_relu(node, "Conv", {from(node), kernel, parameter(node, "bias")}, attributes);
  }

  /// The kernel as (units, inputs), as PyTorch writes it: OpenCV 4.6 reads no other.
  std::string dense(const Node& node) {
    const ParameterView& view = view_of(node, "kernel");
    const std::int64_t inputs = view.spec.shape[0];
    const std::int64_t units = view.spec.shape[1];
    std::vector<float> values(static_cast<std::size_t>(view.spec.size()));
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t u = 0; u < units; ++u)
        values[static_cast<std::size_t>(u * inputs + i)] = values_of(view)[i * units + u];
    }
    const std::string kernel = graph_.constant(node.name + "/kernel", {units, inputs}, values);
    return with_relu(node, "Gemm", {from(node), kernel, parameter(node, "bias")},
                     {{"transB", std::int64_t{1}}});
  }

  std::string max_pool2d(const Node& node) {
    return graph_.node("MaxPool", node.name, {from(node)}, window(node.layer->settings()));
  }
  std::string avg_pool2d(const Node& node) {
    OnnxAttributes attributes = window(node.layer->settings());
    attributes.emplace_back("count_include_pad", std::int64_t{0});
    return graph_.node("AveragePool", node.name, {from(node)}, attributes);
  }
  std::string global_avg_pool2d(const Node& node) {
    return flat(node.name, graph_.node("GlobalAveragePool", node.name + "/means", {from(node)}));
  }

  /// In the order (row, column, channel).
  std::string flatten(const Node& node) {
    if (node.layer->input().flat) return from(node);
    const std::string channels_last = graph_.node("Transpose", node.name + "/channels_last", {from(node)},
                                                  {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}});
    return flat(node.name, channels_last);
  }

  std::string batch_norm(const Node& node) {
    return graph_.node("BatchNormalization", node.name,
                       {from(node), parameter(node, "gamma"), parameter(node, "beta"),
                        parameter(node, "moving_mean"), parameter(node, "moving_variance")},
                       {{"epsilon", static_cast<float>(node.layer->settings().epsilon)}});
  }

  /// The groups of a sample as the channels of an instance normalisation. gamma and beta then come as a batch
  /// normalisation of mean 0 and variance 1: one operator, which all runtimes read.
  std::string group_norm(const Node& node) {
    const LayerSettings s = node.layer->settings();
    const auto named = [&](const char* part) { return node.name + "/" + part; };
    const auto same = [&](const char* part, std::int64_t count, float value) {
      return graph_.constant(named(part), {count},
                             std::vector<float>(static_cast<std::size_t>(count), value));
    };
    std::vector<std::int64_t> back = sizes_of(node.layer->input());
    const std::int64_t channels = back.front();
    back.insert(back.begin(), 0);  // 0: as it comes in
    const std::string groups = graph_.node(
        "Reshape", named("groups"), {from(node), graph_.constant(named("group_shape"), {0, s.groups, -1})});
    const std::string normal =
        graph_.node("InstanceNormalization", named("normal"),
                    {groups, same("group_ones", s.groups, 1), same("group_zeros", s.groups, 0)},
                    {{"epsilon", static_cast<float>(s.epsilon)}});
    const std::string sample =
        graph_.node("Reshape", named("sample"), {normal, graph_.constant(named("shape"), back)});
    return graph_.node("BatchNormalization", node.name,
                       {sample, parameter(node, "gamma"), parameter(node, "beta"), same("zeros", channels, 0),
                        same("ones", channels, 1)},
                       {{"epsilon", 0.0F}});
  }

  std::string standardize(const Node& node) {
    const std::string centred =
        graph_.node("Sub", node.name + "/centred", {from(node), parameter(node, "mean")});
    return graph_.node("Div", node.name, {centred, parameter(node, "scale")});
  }

  std::string add(const Node& node) { return with_relu(node, "Add", {from(node), tensors_[node.second]}); }
  std::string concatenate(const Node& node) {
    return graph_.node("Concat", node.name, {from(node), tensors_[node.second]}, {{"axis", std::int64_t{1}}});
  }

  std::string leaky_relu(const Node& node) { return with_alpha(node, "LeakyRelu"); }
  std::string elu(const Node& node) { return with_alpha(node, "Elu"); }
  std::string with_alpha(const Node& node, const char* op) {
    return graph_.node(op, node.name, {from(node)},
                       {{"alpha", static_cast<float>(node.layer->settings().alpha)}});
  }

  /// x (1 + erf(x / sqrt 2)) / 2; the opset has no operator for it.
  std::string gelu(const Node& node) {
    const auto named = [&](const char* part) { return node.name + "/" + part; };
    const auto number = [&](const char* part, float value) {
      return graph_.constant(named(part), {1}, std::span(&value, 1));
    };
    const std::string scaled =
        graph_.node("Mul", named("scaled"), {from(node), number("root_half", 0.70710678F)});
    const std::string erf = graph_.node("Erf", named("erf"), {scaled});
    const std::string shifted = graph_.node("Add", named("shifted"), {erf, number("one", 1.0F)});
    const std::string share = graph_.node("Mul", named("share"), {shifted, number("half", 0.5F)});
    return graph_.node("Mul", node.name, {from(node), share});
  }

  std::string softmax(const Node& node) {
    return graph_.node("Softmax", node.name, {from(node)}, {{"axis", std::int64_t{1}}});
  }

  std::string with_relu(const Node& node, const char* op, const std::vector<std::string>& inputs,
                        const OnnxAttributes& attributes = {}) {
    if (!node.layer->output_is_relu()) return graph_.node(op, node.name, inputs, attributes);
    return graph_.node("Relu", node.name, {graph_.node(op, node.name + "/sum", inputs, attributes)});
  }

  std::string flat(const std::string& name, const std::string& image) {
    return graph_.node("Flatten", name, {image}, {{"axis", std::int64_t{1}}});
  }

  static OnnxAttributes window(const LayerSettings& s) {
    const Halo& p = s.padding;
    return {{"kernel_shape", std::vector{s.window[0], s.window[1]}},
            {"strides", std::vector{s.stride, s.stride}},
            {"pads", std::vector{p.top, p.left, p.bottom, p.right}}};
  }

  std::string from(const Node& node) { return tensors_[node.input]; }

  const ParameterView& view_of(const Node& node, const std::string& name) const {
    for (const ParameterView& view : model_.parameter_views()) {
      if (view.layer == node.name && view.spec.name == name) return view;
    }
    throw Error(fmt::format("layer {} has no {}", node.name, name));
  }
  const float* values_of(const ParameterView& view) const { return model_.parameters().data() + view.offset; }
  std::string parameter(const Node& node, const char* name) {
    const ParameterView& view = view_of(node, name);
    return graph_.constant(node.name + "/" + name, view.spec.shape,
                           {values_of(view), static_cast<std::size_t>(view.spec.size())});
  }

  const Model& model_;
  OnnxGraph& graph_;
  std::map<std::size_t, std::string> tensors_;  ///< of each activation
};

/// What has to happen to a jet before the network sees it, for programs to read.
std::string preprocessing(const Config& config) {
  const ImageConfig& image = config.image;
  if (config.data.arrays.used()) {
    const nlohmann::ordered_json json = {{"input", "plain array"}, {"dataset", config.data.arrays.features}};
    return json.dump(2);
  }
  std::vector<std::string> steps{"constituents (E, px, py, pz) in GeV by descending pT, at most 200",
                                 "pT = sqrt(px^2 + py^2), eta = atanh(pz / |p|), phi = atan2(py, px)"};
  if (image.center)
    steps.emplace_back("subtract eta and phi of constituent 0; phi differences wrapped to [-pi, pi)");
  if (image.rotate)
    steps.emplace_back("with (a, b) the unit vector to constituent 1: u = a eta + b phi, w = -b eta + a phi");
  if (image.flip) steps.emplace_back("mirror w so that the half with more pT has positive w");
  steps.push_back(fmt::format("histogram over [-{0}, {0}]^2 in {1} x {1} pixels, u by rows, w by columns",
                              image.half_width, image.bins));
  switch (image.normalize) {
    case Normalization::max:
      steps.emplace_back("divide each channel by its largest pixel, if above 0");
      break;
    case Normalization::sum:
      steps.emplace_back("divide each channel by the sum of its pixels, if above 0");
      break;
    case Normalization::none:
      break;
  }
  const nlohmann::ordered_json json = {{"input", "jet image"},
                                       {"bins", image.bins},
                                       {"channels", words_of(image.channels)},
                                       {"half_width", image.half_width},
                                       {"center", image.center},
                                       {"rotate", image.rotate},
                                       {"flip", image.flip},
                                       {"normalize", word_of(image.normalize).text},
                                       {"features", words_of(config.data.high_level)},
                                       {"steps", steps}};
  return json.dump(2);
}

}  // namespace

std::string onnx_bytes(const Config& config, const Model& model) {
  OnnxGraph graph(kOnnxIrVersion, kOnnxOpset, JETRAIN_VERSION);
  Translator(model, graph).translate();
  graph.metadata("jetrain_version", JETRAIN_VERSION);
  graph.metadata("weights_hash", weights_hash(model.parameters()));
  graph.metadata("config", to_yaml(config));
  graph.metadata("preprocessing", preprocessing(config));
  return graph.bytes();
}

}  // namespace jetrain
