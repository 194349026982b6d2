// What holds of each kind of layer. The list of kinds is closed (every_layer.hpp), so none can be forgotten.
// (Export, and the same bits over ranks and threads: exchange/onnx_file_test.cpp,
// exchange/weights_files_test.cpp, mpi/train/gradient_step_test.cpp.)

#include "every_layer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>

#include "leaf_of_samples.hpp"

namespace jetrain {
namespace {

class EveryLayer : public testing::TestWithParam<test::LayerCase> {};

/// The first of the tested kind.
const Node* node_of_kind(const Model& model, std::size_t index) {
  for (const Node& node : model.nodes())
    if (node.layer->description().index() == index) return &node;
  return nullptr;
}

/// The line of a summary that begins with this word.
std::string line_of(const std::string& summary, const std::string& word) {
  std::istringstream lines(summary);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(word + " ")) return line;
  return "";
}

TEST_P(EveryLayer, StandsInItsNetworkUnderItsNameAndInTheSummary) {
  const Model model = GetParam().model();
  const Node* node = node_of_kind(model, GetParam().index);
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->name, GetParam().kind);
  EXPECT_EQ(model.graph().names.resolve(node->name), node->output);
  EXPECT_EQ(model.graph().activations[node->output].shape, node->layer->output());
  for (std::size_t i = 0; i < node->inputs.size(); ++i)
    EXPECT_EQ(model.graph().activations[node->inputs[i].activation].shape, node->layer->inputs()[i]);
  const std::string line = line_of(model.summary(), node->name);
  EXPECT_THAT(line, testing::HasSubstr(node->layer->output().text() + " "));
  EXPECT_THAT(line, testing::EndsWith(" " + std::to_string(node->parameter_count())));
}

TEST_P(EveryLayer, HasTheGradientsOfFiniteDifferences) {
  Model model = GetParam().model();
  ASSERT_GT(model.trainable_count(), 0);
  RecordProperty("largest_distance", std::to_string(test::expect_gradient_is_slope(model)));
}

/// Frozen are all layers of the kind but the one that the network ends with, or but the first, through which
/// nothing would pass.
TEST_P(EveryLayer, HasThemAlsoWhereItIsFrozen) {
  const Model whole = GetParam().model();
  std::vector<std::string> layers;
  for (const Node& node : whole.nodes()) {
    if (node.layer->description().index() == GetParam().index && node.has_weights_to_train())
      layers.push_back(node.name);
  }
  if (!layers.empty() && layers.back() == whole.nodes().back().name) layers.pop_back();
  if (layers.empty()) GTEST_SKIP() << "no weights";
  std::vector<std::string> others(layers.begin() + 1, layers.end());
  for (const std::vector<std::string>& frozen : {layers, others}) {
    if (frozen.empty()) continue;
    Model model = GetParam().model(fmt::format("{}", fmt::join(frozen, ", ")));
    EXPECT_LT(model.sum_count(), whole.sum_count());
    test::expect_gradient_is_slope(model);
  }
}

/// The largest leaf that the reference table can give.
TEST_P(EveryLayer, TakesSixteenJetsOfTwoHundredConstituents) {
  Model model = GetParam().model();
  if (!model.input().shape.has_rows()) GTEST_SKIP() << "no layer of sets";
  model.initialize(5);
  model.prepare();
  RowOffsets sets;
  for (std::size_t i = 0; i < sets.begins.size(); ++i) sets.begins[i] = 200 * static_cast<std::int64_t>(i);
  LeafWorkspace workspace(model, true);
  workspace.begin_leaf(sets);
  std::mt19937 engine(3);
  test::fill_sets(workspace, model.input().shape.size(), engine);
  const std::vector<std::uint8_t> labels(kLanes, 1);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(model.sum_count()));
  const LeafResult result =
      model.forward_backward(workspace, {labels}, {}, kernels::exact_sum_limit(1), sums.data());
  EXPECT_EQ(result.bad_layer, -1);
  EXPECT_TRUE(std::isfinite(result.loss)) << result.loss;
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    const float* predictions = workspace.predictions() + lane;
    EXPECT_NEAR(predictions[0] + predictions[kLanes], 1, 1e-6) << "of jet " << lane;
  }
}

/// Averages are no optimizer's, and come last.
TEST_P(EveryLayer, HasItsTrainableParametersFirst) {
  const Model model = GetParam().model();
  const std::vector<ParameterSpec> specs = node_of_kind(model, GetParam().index)->layer->parameters();
  EXPECT_TRUE(
      std::is_partitioned(specs.begin(), specs.end(), [](const auto& spec) { return spec.trainable(); }));
  for (const ParameterSpec& spec : specs) EXPECT_EQ(spec.trainable(), spec.role != ParameterRole::average);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryLayer, testing::ValuesIn(test::every_layer()),
                         [](const auto& tested) { return tested.param.kind; });
INSTANTIATE_TEST_SUITE_P(KindsOnSets, EveryLayer, testing::ValuesIn(test::shared_layers_on_sets()),
                         [](const auto& tested) { return tested.param.kind; });

}  // namespace
}  // namespace jetrain
