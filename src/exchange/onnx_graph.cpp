#include "exchange/onnx_graph.hpp"

#include <onnx/onnx_pb.h>

#include "jetrain/error.hpp"

namespace jetrain {

struct OnnxGraph::Message {
  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();
};

namespace {

/// "N" stands for any number of samples.
void describe(onnx::ValueInfoProto& value, const std::string& name, std::span<const std::int64_t> sample) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::int64_t size : sample) tensor.mutable_shape()->add_dim()->set_dim_value(size);
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

}  // namespace

OnnxGraph::OnnxGraph(int ir_version, int opset, const std::string& producer_version)
    : message_(std::make_unique<Message>()) {
  message_->model.set_ir_version(ir_version);
  message_->model.set_producer_name("jetrain");
  message_->model.set_producer_version(producer_version);
  message_->model.add_opset_import()->set_version(opset);
  message_->graph.set_name("jetrain");
}

OnnxGraph::~OnnxGraph() = default;

void OnnxGraph::input(const std::string& name, std::span<const std::int64_t> sample) {
  describe(*message_->graph.add_input(), name, sample);
}

void OnnxGraph::output(const std::string& name, std::span<const std::int64_t> sample) {
  describe(*message_->graph.add_output(), name, sample);
}

void OnnxGraph::metadata(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *message_->model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::span<const float> values) {
  onnx::TensorProto& tensor = *message_->graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  tensor.mutable_raw_data()->assign(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return name;
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& integers) {
  onnx::TensorProto& tensor = *message_->graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(std::ssize(integers));
  for (const std::int64_t value : integers) tensor.add_int64_data(value);
  return name;
}

std::string OnnxGraph::node(const char* op, const std::string& name, const std::vector<std::string>& inputs,
                            const OnnxAttributes& attributes) {
  onnx::NodeProto& node = *message_->graph.add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(name);
  for (const auto& [key, value] : attributes) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(key);
    std::visit([&](const auto& of_its_type) { assign(attribute, of_its_type); }, value);
  }
  return name;
}

std::string OnnxGraph::bytes() const {
  std::string bytes;
  if (!message_->model.SerializeToString(&bytes))
    throw Error("the network is too large for an ONNX file: protobuf holds 2 GB");
  return bytes;
}

}  // namespace jetrain
