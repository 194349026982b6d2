// Gradients of networks, layers in many combinations, and of every loss, against finite differences. (Each
// kind by itself: every_layer_test.cpp.)

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "config/config.hpp"
#include "leaf_of_samples.hpp"
#include "nn/loss.hpp"

namespace jetrain {
namespace {

struct Network {
  const char* name;
  const char* layers;
  const char* loss = "cross_entropy";
  std::int64_t features = 0;
  std::int64_t targets = 0;
};

void PrintTo(const Network& tested, std::ostream* out) {
  *out << tested.name;
}

class GradientCheck : public testing::TestWithParam<Network> {};

TEST_P(GradientCheck, EveryParameterAgreesWithFiniteDifferences) {
  const Network& tested = GetParam();
  const Config config = parse_config(
      std::string("model:\n  layers: [") + tested.layers + "]\ntrain: {loss: " + tested.loss + "}\n",
      "test.yaml", {}, false);
  ModelInput input(Shape::image(2, 7, 6), tested.features);
  input.targets = tested.targets;
  if (input.targets > 0) input.classes = 0;
  Model model(config.model, input, config.train.loss);
  RecordProperty("largest_distance", std::to_string(test::expect_gradient_is_slope(model)));
}

/// All losses that a config can name, each with what it may be given.
std::vector<LossConfig> every_loss() {
  const auto configs = []<std::size_t... I>(std::index_sequence<I...>) {
    std::vector<LossConfig> all(sizeof...(I));
    ((all[I].kind.emplace<I>()), ...);
    return all;
  };
  std::vector<LossConfig> all =
      configs(std::make_index_sequence<std::variant_size_v<decltype(LossConfig::kind)>>());
  for (LossConfig& loss : all) {
    std::visit(
        [](auto& kind) {
          if constexpr (requires { kind.label_smoothing; }) kind.label_smoothing = 0.1;
          if constexpr (requires { kind.class_weights; }) kind.class_weights = {3, 0.25};
        },
        loss.kind);
  }
  return all;
}

std::string name_of(const LossConfig& loss) {
  return std::visit([](const auto& kind) { return kind.kName; }, loss.kind);
}

class EveryLoss : public testing::TestWithParam<LossConfig> {};

// Of two classes, behind the activation that the loss computes itself, if any.
TEST_P(EveryLoss, HasTheGradientOfItsLoss) {
  const LayerActivation last = make_loss(GetParam())->activation();
  const Config config = parse_config(
      fmt::format("model: {{layers: [flatten, dense: {{units: 3, activation: tanh}}, dense: {{units: 2, "
                  "activation: {}}}]}}\n",
                  last),
      "test.yaml", {}, false);
  Model model(config.model, ModelInput(Shape::image(2, 7, 6)), GetParam());
  test::expect_gradient_is_slope(model);
  test::expect_gradient_is_slope(model, true);
}

Model dense_network() {
  const Config config = parse_config(
      "model: {layers: [flatten, dense: {units: 3, activation: tanh}, dense: {units: 2, activation: "
      "softmax}]}\n",
      "test.yaml", {}, false);
  Model model(config.model, ModelInput(Shape::image(2, 7, 6)));
  test::randomize(model, 5);
  return model;
}

// The exact sums themselves: what is multiplied by a power of two, and what is not there.
TEST(WeightedLeaf, OfWeightsTwoHasTwiceTheGradient) {
  Model model = dense_network();
  test::LeafOfSamples leaf(model, 16, 11);
  const std::vector<double> once = leaf.gradient();
  std::vector<std::int64_t> ignored(static_cast<std::size_t>(model.sum_count()));
  const LeafResult plain = leaf.backward(ignored);
  leaf.weigh(std::vector<float>(16, 2.0F));
  const std::vector<double> twice = leaf.gradient();
  // Twice as large, each is rounded to the sums' unit anew.
  for (std::size_t i = 0; i < once.size(); ++i)
    EXPECT_NEAR(twice[i], 2 * once[i], 3 * kernels::kExactUnit) << i;
  const LeafResult weighted = leaf.backward(ignored);
  EXPECT_EQ(weighted.loss, 2 * plain.loss);
  EXPECT_EQ(weighted.correct, 2 * plain.correct);
  EXPECT_EQ(weighted.weight, 32);
}

TEST(WeightedLeaf, OfAWeightZeroIsTheLeafWithoutThatSample) {
  Model model = dense_network();
  test::LeafOfSamples shorter(model, 15, 11);
  test::LeafOfSamples leaf(model, 16, 11);
  // The same fifteen samples before the one that does not count.
  const auto copy = [](const Planes& from, const Planes& to) {
    for (std::int64_t k = 0; k < from.channels; ++k) {
      for (std::int64_t r = 0; r < from.rows; ++r) {
        for (std::int64_t c = 0; c < from.columns; ++c) std::copy_n(from.at(k, r, c), 15, to.at(k, r, c));
      }
    }
  };
  copy(shorter.workspace().input(), leaf.workspace().input());
  std::vector<float> weights(16, 1.0F);
  weights.back() = 0;
  leaf.weigh(weights);
  leaf.take_labels(shorter);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(model.sum_count()));
  std::vector<std::int64_t> without = sums;
  const LeafResult result = leaf.backward(sums);
  const LeafResult expected = shorter.backward(without);
  EXPECT_EQ(sums, without);
  EXPECT_EQ(result.loss, expected.loss);
  EXPECT_EQ(result.correct, expected.correct);
  EXPECT_EQ(result.weight, 15);
}

INSTANTIATE_TEST_SUITE_P(Losses, EveryLoss, testing::ValuesIn(every_loss()),
                         [](const auto& tested) { return name_of(tested.param); });

INSTANTIATE_TEST_SUITE_P(
    Networks, GradientCheck,
    testing::Values(
        Network{"DenseAlone", "flatten, dense: {units: 2, activation: softmax}"},
        Network{
            "DenseWithRelu",
            "flatten, dense: {units: 5, activation: relu}, dense: {units: 19}, dense: {units: 2}, softmax"},
        Network{"ConvSame",
                "conv2d: {filters: 3, kernel: 4, padding: same}, flatten, dense: {units: 2, activation: "
                "softmax}"},
        Network{"ConvSameReluTwice",
                "conv2d: {filters: 3, kernel: 4, padding: same, activation: relu},"
                "conv2d: {filters: 5, kernel: 3, padding: same, activation: relu}, flatten,"
                "dense: {units: 2, activation: softmax}"},
        Network{
            "ConvValidTwice",
            "conv2d: {filters: 3, kernel: [2, 3]}, conv2d: {filters: 2, kernel: [3, 2], activation: relu},"
            "flatten, dense: {units: 2, activation: softmax}"},
        Network{
            "ConvSameOnValid",
            "conv2d: {filters: 3, kernel: 3}, conv2d: {filters: 9, kernel: [5, 2], padding: same}, flatten,"
            "dense: {units: 2, activation: softmax}"},
        Network{"ConvOneByOne",
                "conv2d: {filters: 4, kernel: 1, activation: relu}, flatten, dense: {units: 2}, softmax"},
        Network{"PoolOnTheInput", "max_pool2d: {size: 2}, flatten, dense: {units: 2, activation: softmax}"},
        Network{"PoolAfterRelu",
                "conv2d: {filters: 3, kernel: 2, padding: same, activation: relu}, max_pool2d: {size: 2},"
                "conv2d: {filters: 2, kernel: 2, padding: same}, flatten, dense: {units: 2, activation: "
                "softmax}"},
        Network{
            "PoolAfterLinear",
            "conv2d: {filters: 3, kernel: 2}, max_pool2d: {size: 3}, flatten, dense: {units: 2}, softmax"},
        Network{"ReluLayers",
                "conv2d: {filters: 3, kernel: 3}, relu, max_pool2d: {size: 2}, relu, flatten, relu,"
                "dense: {units: 4}, relu, dense: {units: 2, activation: softmax}"},
        Network{"ReluUnderTheSoftmax", "flatten, dense: {units: 2, activation: relu}, softmax"},
        Network{"ReluLayerUnderTheSoftmax", "flatten, dense: {units: 2}, relu, softmax"},
        Network{"ReluAfterRelu",
                "conv2d: {filters: 3, kernel: 3, activation: relu}, relu, flatten,"
                "dense: {units: 2, activation: softmax}"},
        Network{"ConvStrided",
                "conv2d: {filters: 3, kernel: 3, stride: 2, padding: same, activation: relu},"
                "conv2d: {filters: 2, kernel: 2, stride: 2}, flatten, dense: {units: 2}, softmax"},
        Network{"ConvGroups",
                "conv2d: {filters: 4, kernel: 3, groups: 2, padding: same, activation: relu},"
                "conv2d: {filters: 4, kernel: 3, groups: 4, stride: 3, padding: same}, flatten, dense: "
                "{units: 2}, "
                "softmax"},
        Network{
            "PoolsThatOverlap",
            "conv2d: {filters: 2, kernel: 2, activation: relu}, max_pool2d: {size: 3, stride: 2, padding: "
            "same}, conv2d: {filters: 3, kernel: 2, padding: same, activation: relu}, avg_pool2d: {size: 2, "
            "stride: 1, padding: same}, flatten, dense: {units: 2}, softmax"},
        Network{"GlobalAverage",
                "conv2d: {filters: 5, kernel: 2, activation: relu}, global_avg_pool2d, dense: {units: 2}, "
                "softmax"},
        Network{"LeakyReluAndElu",
                "conv2d: {filters: 2, kernel: 2, activation: leaky_relu}, elu: {alpha: 0.7}, flatten, dense: "
                "{units: 4, activation: elu}, leaky_relu: {alpha: 0.1}, dense: {units: 2}, softmax"},
        Network{
            "GeluTanhSigmoid",
            "conv2d: {filters: 2, kernel: 2, activation: gelu}, tanh, flatten, dense: {units: 4, activation: "
            "sigmoid}, dense: {units: 3, activation: tanh}, dense: {units: 2, activation: softmax}"},
        Network{"Linear",
                "conv2d: {filters: 2, kernel: 2, activation: relu}, linear, flatten, linear, dense: {units: "
                "2}, linear, softmax"},
        Network{"Dropout",
                "conv2d: {filters: 2, kernel: 2, activation: relu}, dropout: {rate: 0.4}, flatten, dropout: "
                "{rate: "
                "0.5}, dense: {units: 2}, softmax"},
        Network{"LayerNorm",
                "conv2d: {filters: 3, kernel: 2, activation: relu}, layer_norm, flatten, dense: {units: 5, "
                "activation: tanh}, layer_norm, dense: {units: 2}, softmax"},
        Network{"GroupNorm",
                "conv2d: {filters: 4, kernel: 2}, group_norm: {groups: 2}, relu, flatten, dense: {units: 6}, "
                "group_norm: {groups: 3}, dense: {units: 2}, softmax"},
        Network{
            "BatchNorm",
            "conv2d: {filters: 3, kernel: 2}, batch_norm, relu, flatten, dense: {units: 5}, batch_norm, tanh,"
            "dense: {units: 2}, softmax"},
        Network{
            "ResidualIdentity",
            "conv2d: {filters: 3, kernel: 3, padding: same, activation: relu}, residual: {layers: [conv2d: "
            "{filters: 3, kernel: 3, padding: same, activation: relu}, conv2d: {filters: 3, kernel: 3, "
            "padding: "
            "same}]}, residual: {layers: [conv2d: {filters: 3, kernel: 1}], activation: linear}, flatten, "
            "dense: "
            "{units: 2}, softmax"},
        Network{
            "ResidualProjection",
            "residual: {layers: [conv2d: {filters: 4, kernel: 3, stride: 2, padding: same}, batch_norm]}, "
            "residual: {layers: [residual: {layers: [conv2d: {filters: 4, kernel: 3, padding: same}]}, "
            "relu], "
            "shortcut: projection, activation: gelu}, flatten, dense: {units: 2}, softmax"},
        Network{
            "ResidualDense",
            "flatten, dense: {units: 4, activation: relu}, residual: {layers: [dense: {units: 4}], "
            "activation: "
            "tanh}, residual: {layers: [dense: {units: 3, activation: relu}]}, dense: {units: 2}, softmax"},
        Network{"Standardized",
                "standardize, conv2d: {filters: 2, kernel: 2}, flatten, dense: {units: 2}, softmax"},
        Network{"Features",
                "conv2d: {filters: 2, kernel: 2, activation: relu}, flatten, features: {layers: [dense: "
                "{units: 4, "
                "activation: relu}]}, dense: {units: 3, activation: tanh}, features: {layers: []}, dense: "
                "{units: 2},"
                "softmax",
                "cross_entropy", 5},
        Network{"LabelSmoothingAndClassWeights", "flatten, dense: {units: 2}, softmax",
                "{cross_entropy: {label_smoothing: 0.2, class_weights: [0.5, 2]}}"},
        Network{"BinaryCrossEntropy",
                "flatten, dense: {units: 3, activation: tanh}, dense: {units: 1, activation: sigmoid}",
                "{binary_cross_entropy: {label_smoothing: 0.1, class_weights: [3, 0.25]}}"},
        Network{"BinaryCrossEntropyOfTwo", "flatten, dense: {units: 2}, sigmoid", "binary_cross_entropy"},
        Network{"SquaredErrorOfProbabilities", "flatten, dense: {units: 2, activation: softmax}",
                "mean_squared_error"},
        Network{"SquaredError", "flatten, dense: {units: 4, activation: tanh}, dense: {units: 3}",
                "mean_squared_error", 0, 3},
        Network{"AbsoluteError",
                "flatten, dense: {units: 4, activation: relu}, dense: {units: 2, activation: relu}",
                "mean_absolute_error", 0, 2},
        Network{"NoPooling",
                "conv2d: {filters: 2, kernel: [7, 6], activation: relu}, flatten,"
                "dense: {units: 2, activation: softmax}"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace jetrain
