#include "exchange/onnx_graph.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "jetrain/error.hpp"

namespace jetrain {

struct OnnxGraph::Message {
  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();

  void add(const char* op, const std::string& name, const std::vector<std::string>& inputs,
           const std::vector<std::string>& outputs, const OnnxAttributes& attributes);
};

namespace {

/// "N" stands for any number of samples, "P" for any number of places.
void describe(onnx::ValueInfoProto& value, const std::string& name, std::span<const std::int64_t> sample) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::int64_t size : sample) {
    onnx::TensorShapeProto::Dimension& dimension = *tensor.mutable_shape()->add_dim();
    size == kOnnxPlaces ? dimension.set_dim_param("P") : dimension.set_dim_value(size);
  }
}

void assign(onnx::AttributeProto& attribute, std::int64_t value) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}
void assign(onnx::AttributeProto& attribute, float value) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}
void assign(onnx::AttributeProto& attribute, const std::vector<std::int64_t>& values) {
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void assign(onnx::AttributeProto& attribute, OnnxType type) {
  const auto number = [type] {
    switch (type) {
      case OnnxType::float32:
        return onnx::TensorProto::FLOAT;
      case OnnxType::float64:
        return onnx::TensorProto::DOUBLE;
      case OnnxType::int64:
        return onnx::TensorProto::INT64;
      case OnnxType::boolean:
        return onnx::TensorProto::BOOL;
    }
    throw std::logic_error("no such type");
  };
  assign(attribute, static_cast<std::int64_t>(number()));
}

/// Without the nodes and constants that no output needs.
void prune(onnx::GraphProto& graph) {
  std::set<std::string> needed;
  for (const onnx::ValueInfoProto& output : graph.output()) needed.insert(output.name());
  std::vector<onnx::NodeProto> kept;
  for (auto node = graph.node().rbegin(); node != graph.node().rend(); ++node) {
    const bool is_needed = std::any_of(node->output().begin(), node->output().end(),
                                       [&](const std::string& output) { return needed.contains(output); });
    if (!is_needed) continue;
    needed.insert(node->input().begin(), node->input().end());
    kept.push_back(*node);
  }
  graph.clear_node();
  for (auto node = kept.rbegin(); node != kept.rend(); ++node) *graph.add_node() = *node;
  auto& constants = *graph.mutable_initializer();
  constants.erase(
      std::remove_if(constants.begin(), constants.end(),
                     [&](const onnx::TensorProto& constant) { return !needed.contains(constant.name()); }),
      constants.end());
}

template <class T>
void add_tensor(onnx::GraphProto& graph, onnx::TensorProto::DataType type, const std::string& name,
                const std::vector<std::int64_t>& shape, std::span<const T> values) {
  onnx::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  tensor.mutable_raw_data()->assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

}  // namespace

void OnnxGraph::Message::add(const char* op, const std::string& name, const std::vector<std::string>& inputs,
                             const std::vector<std::string>& outputs, const OnnxAttributes& attributes) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  for (const auto& [key, value] : attributes) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(key);
    std::visit([&](const auto& of_its_type) { assign(attribute, of_its_type); }, value);
  }
}

OnnxGraph::OnnxGraph(int ir_version, int opset, const std::string& producer_version)
    : message_(std::make_unique<Message>()) {
  message_->model.set_ir_version(ir_version);
  message_->model.set_producer_name("jetrain");
  message_->model.set_producer_version(producer_version);
  message_->model.add_opset_import()->set_version(opset);
  message_->graph.set_name("jetrain");
}

OnnxGraph::~OnnxGraph() = default;

void OnnxGraph::input(const std::string& name, std::span<const std::int64_t> sample,
                      const std::string& meaning) {
  onnx::ValueInfoProto& value = *message_->graph.add_input();
  jetrain::describe(value, name, sample);
  if (!meaning.empty()) value.set_doc_string(meaning);
}

void OnnxGraph::output(const std::string& name, std::span<const std::int64_t> sample) {
  jetrain::describe(*message_->graph.add_output(), name, sample);
}

void OnnxGraph::describe(const std::string& text) {
  message_->graph.set_doc_string(text);
}

void OnnxGraph::metadata(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *message_->model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::span<const float> values) {
  add_tensor(message_->graph, onnx::TensorProto::FLOAT, name, shape, values);
  return name;
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::span<const double> values) {
  add_tensor(message_->graph, onnx::TensorProto::DOUBLE, name, shape, values);
  return name;
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::span<const std::int64_t> integers) {
  onnx::TensorProto& tensor = *message_->graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  for (const std::int64_t value : integers) tensor.add_int64_data(value);
  return name;
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& integers) {
  return constant(name, {std::ssize(integers)}, std::span(integers));
}

std::string OnnxGraph::node(const char* op, const std::string& name, const std::vector<std::string>& inputs,
                            const OnnxAttributes& attributes) {
  message_->add(op, name, inputs, {name}, attributes);
  return name;
}

std::vector<std::string> OnnxGraph::nodes(const char* op, const std::string& name,
                                          const std::vector<std::string>& inputs, int outputs,
                                          const OnnxAttributes& attributes) {
  std::vector<std::string> names;
  for (int i = 0; i < outputs; ++i) names.push_back(name + "/" + std::to_string(i));
  message_->add(op, name, inputs, names, attributes);
  return names;
}

std::string OnnxGraph::bytes() const {
  prune(message_->graph);
  std::string bytes;
  if (!message_->model.SerializeToString(&bytes))
    throw Error("the network is too large for an ONNX file: protobuf holds 2 GB");
  return bytes;
}

}  // namespace jetrain
