#include "exchange/onnx_file.hpp"

#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <map>
#include <set>

#include "every_layer.hpp"

namespace jetrain {
namespace {

/// Two inputs, and layers of many kinds one behind the other.
constexpr const char* kNetwork =
    "data: {high_level: [mass, width]}\n"
    "image: {bins: 8, channels: [pt, energy]}\n"
    "model:\n"
    "  layers:\n"
    "    - standardize\n"
    "    - conv2d: {filters: 4, kernel: [4, 3], stride: 1, groups: 2, padding: same, activation: "
    "leaky_relu}\n"
    "    - batch_norm\n"
    "    - residual: {layers: [conv2d: {filters: 6, kernel: 3, padding: same, activation: gelu}, group_norm: "
    "{groups: 3}]}\n"
    "    - max_pool2d: {size: 3, stride: 2, padding: same}\n"
    "    - avg_pool2d: {size: 2, stride: 1}\n"
    "    - elu\n"
    "    - residual: {layers: [tanh], activation: sigmoid}\n"
    "    - flatten\n"
    "    - features: {layers: [standardize, dense: {units: 3, activation: relu}]}\n"
    "    - layer_norm\n"
    "    - dropout\n"
    "    - linear\n"
    "    - relu\n"
    "    - dense: {units: 2, activation: softmax}\n";

struct Exported {
  Config config;
  Model model;
  onnx::ModelProto onnx;
};

Exported exported(const std::string& text) {
  Config config = parse_config(text, "test.yaml", {}, false);
  Model model = make_model(config);
  model.initialize(5);
  onnx::ModelProto onnx;
  EXPECT_TRUE(onnx.ParseFromString(onnx_bytes(config, model)));
  return {std::move(config), std::move(model), std::move(onnx)};
}

std::vector<std::string> input_names(const onnx::ModelProto& model) {
  std::vector<std::string> names;
  for (const onnx::ValueInfoProto& input : model.graph().input()) names.push_back(input.name());
  return names;
}

TEST(OnnxFile, HasAnInputForTheImageAndOneForTheFeatures) {
  Exported result = exported(kNetwork);
  onnx::checker::check_model(result.onnx);
  onnx::shape_inference::InferShapes(result.onnx);
  EXPECT_EQ(result.onnx.opset_import(0).version(), kOnnxOpset);
  EXPECT_EQ(input_names(result.onnx), (std::vector<std::string>{"image", "features"}));
  const onnx::TensorShapeProto& image = result.onnx.graph().input(0).type().tensor_type().shape();
  EXPECT_EQ(image.dim(0).dim_param(), "N");
  EXPECT_EQ(image.dim(1).dim_value(), 2);
  EXPECT_EQ(image.dim(3).dim_value(), 8);
  EXPECT_EQ(result.onnx.graph().output(0).name(), "scores");
}

TEST(OnnxFile, TakesMomentaAndAMaskOfAnyNumberOfConstituents) {
  const Exported result = exported(
      "data: {high_level: [mass]}\n"
      "input: constituents\n"
      "model: {layers: [dense: {units: 4, activation: relu}, sum_pool, features: {layers: []}, dense: "
      "{units: "
      "2, activation: softmax}]}\n");
  onnx::checker::check_model(result.onnx);
  EXPECT_EQ(input_names(result.onnx), (std::vector<std::string>{"momenta", "mask", "features"}));
  const onnx::TensorShapeProto& momenta = result.onnx.graph().input(0).type().tensor_type().shape();
  ASSERT_EQ(momenta.dim_size(), 3);
  EXPECT_EQ(momenta.dim(0).dim_param(), "N");
  EXPECT_EQ(momenta.dim(1).dim_param(), "P");
  EXPECT_EQ(momenta.dim(2).dim_value(), 4);
  EXPECT_NE(result.onnx.graph().doc_string().find("the leading 128 by pT"), std::string::npos);
}

TEST(OnnxFile, HasOnlyWhatItsScoresNeed) {
  const Exported result = exported(
      "input: constituents\n"
      "constituents: {features: [log_e]}\n"
      "model: {layers: [dense: {units: 4}, sum_pool, dense: {units: 2, activation: softmax}]}\n");
  std::set<std::string> used{"scores"};
  for (const onnx::NodeProto& node : result.onnx.graph().node()) {
    EXPECT_NE(node.op_type(), "Atan") << "no angle is asked for";
    used.insert(node.input().begin(), node.input().end());
  }
  for (const onnx::NodeProto& node : result.onnx.graph().node())
    EXPECT_TRUE(std::any_of(node.output().begin(), node.output().end(), [&](const std::string& output) {
      return used.contains(output);
    })) << node.name();
  for (const onnx::TensorProto& constant : result.onnx.graph().initializer())
    EXPECT_TRUE(used.contains(constant.name())) << constant.name();
}

/// What ONNX itself takes each tensor's shape to be; the number of samples is left out.
std::map<std::string, std::vector<std::int64_t>> inferred_shapes(const onnx::ModelProto& model) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  const auto note = [&](const onnx::ValueInfoProto& value) {
    const onnx::TensorShapeProto& shape = value.type().tensor_type().shape();
    for (int i = 1; i < shape.dim_size(); ++i) shapes[value.name()].push_back(shape.dim(i).dim_value());
  };
  for (const onnx::ValueInfoProto& value : model.graph().value_info()) note(value);
  for (const onnx::ValueInfoProto& value : model.graph().output()) note(value);
  return shapes;
}

class OnnxOfEveryLayer : public testing::TestWithParam<test::LayerCase> {};

TEST_P(OnnxOfEveryLayer, PassesTheCheckerOfOnnxWithTheShapesOfOurs) {
  const Config config = GetParam().config();
  Model model = make_model(config);
  model.initialize(5);
  onnx::ModelProto onnx;
  ASSERT_TRUE(onnx.ParseFromString(onnx_bytes(config, model)));
  onnx::checker::check_model(onnx);
  onnx::shape_inference::InferShapes(onnx);
  auto shapes = inferred_shapes(onnx);
  EXPECT_EQ(shapes.at("scores"), std::vector<std::int64_t>{2});
  int compared = 0;
  for (const Node& node : model.nodes()) {
    const auto inferred = shapes.find(node.name);
    if (inferred == shapes.end()) continue;  // dropout and linear are nothing in ONNX
    // Of rows, their channels: how many places there are comes with the input.
    if (node.layer->output().has_rows() && inferred->second.size() > 1)
      inferred->second.erase(inferred->second.begin(), inferred->second.end() - 1);
    EXPECT_EQ(inferred->second, node.layer->output().sizes()) << node.name;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OnnxOfEveryLayer, testing::ValuesIn(test::every_layer()),
                         [](const auto& tested) { return tested.param.kind; });
INSTANTIATE_TEST_SUITE_P(OnSets, OnnxOfEveryLayer, testing::ValuesIn(test::shared_layers_on_sets()),
                         [](const auto& tested) { return tested.param.kind; });

TEST(OnnxFile, TakesVectorsAndGivesValuesOfARegression) {
  Exported result = exported(
      "data: {arrays: {features: x, labels: y, shape: [3], targets: 2}}\n"
      "model: {layers: [dense: {units: 2}]}\n"
      "train: {loss: mean_squared_error}\n");
  onnx::checker::check_model(result.onnx);
  EXPECT_EQ(input_names(result.onnx), std::vector<std::string>{"features"});
}

TEST(OnnxFile, SaysWhichFeaturesOfConstituentsTheGraphMakes) {
  const Exported result = exported(
      "input: constituents\n"
      "constituents: {most: 50, axis: leading, features: [delta_r]}\n"
      "model: {layers: [max_pool, dense: {units: 2, activation: softmax}]}\n");
  for (const onnx::StringStringEntryProto& entry : result.onnx.metadata_props()) {
    if (entry.key() != "preprocessing") continue;
    for (const char* words : {"\"most\": 50", "\"axis\": \"leading\"", "(x - 0.2) 4, held between -5 and 5"})
      EXPECT_NE(entry.value().find(words), std::string::npos) << words << " in " << entry.value();
  }
}

TEST(OnnxFile, CarriesConfigHashAndPreprocessing) {
  const Exported result = exported(kNetwork);
  std::map<std::string, std::string> metadata;
  for (const onnx::StringStringEntryProto& entry : result.onnx.metadata_props())
    metadata[entry.key()] = entry.value();
  EXPECT_EQ(metadata["config"], to_yaml(result.config));
  EXPECT_EQ(metadata["weights_hash"], weights_hash(result.model.parameters()));
  EXPECT_NE(metadata["preprocessing"].find("\"bins\": 8"), std::string::npos);
}

}  // namespace
}  // namespace jetrain
