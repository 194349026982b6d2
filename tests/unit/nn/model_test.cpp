#include "nn/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "jetrain/error.hpp"
#include "leaf_of_samples.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using test::LeafOfSamples;
using test::randomize;
using testing::HasSubstr;

/// "- conv2d: {...}" lines to a network's config.
Config config_of(const std::string& layers, const std::string& loss = "cross_entropy") {
  return parse_config("model:\n  layers: [" + layers + "]\ntrain: {loss: " + loss + "}\n", "test.yaml", {},
                      false);
}
ModelConfig network(const std::string& layers) {
  return config_of(layers).model;
}

constexpr const char* kNotebook =
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu},"
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}, max_pool2d: {size: 2},"
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu},"
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}, flatten,"
    "dense: {units: 64, activation: relu}, dense: {units: 64, activation: relu},"
    "dense: {units: 64, activation: relu}, dense: {units: 2, activation: softmax}";

std::string refusal(const std::string& layers, Shape input = Shape::image(1, 8, 6)) {
  return test::refusal_of([&] { const Model model(network(layers), input); });
}

TEST(Model, IsNotLargerThanAnybodyTrains) {
  const std::string end = ", flatten, dense: {units: 2, activation: softmax}";
  EXPECT_THAT(
      refusal("flatten, dense: {units: 1000000}, dense: {units: 1000000, activation: softmax}"),
      HasSubstr("model.layers[2]: with dense_1 the network has 1000050000000 parameters, and at most"));
  EXPECT_THAT(refusal("conv2d: {filters: 1000000, kernel: 1000, padding: same}" + end),
              HasSubstr("model.layers[0]: with conv2d the network has 1000001000000 parameters"));
  EXPECT_THAT(refusal("conv2d: {filters: 1000, kernel: 1}" + end, Shape::image(1, 65536, 65536)),
              HasSubstr("input gives 4294967296 values a jet"));
  EXPECT_THAT(refusal("conv2d: {filters: 1000, kernel: 1}" + end, Shape::image(1, 4096, 4096)),
              HasSubstr("model.layers[0]: conv2d gives 16777216000 values a jet: (4096, 4096, 1000)"));
}

TEST(Model, GradientSumsAddUpOverLeaves) {
  Model model(network("flatten, dense: {units: 2, activation: softmax}"), Shape::image(1, 4, 4));
  randomize(model, 1);
  LeafOfSamples first(model, 16, 1);
  LeafOfSamples second(model, 7, 2);
  const auto count = static_cast<std::size_t>(model.parameter_count());
  std::vector<std::int64_t> a(count), b(count), both(count);
  first.backward(a);
  second.backward(b);
  second.backward(both);
  first.backward(both);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(both[i], a[i] + b[i]);
}

TEST(Model, LanesBeyondAShortLeafAddNothing) {
  Model model(network(kNotebook), Shape::image(1, 12, 12));
  randomize(model, 1);
  LeafOfSamples leaf(model, 3, 4);
  const std::vector<double> before = leaf.gradient();
  // The same workspace has just seen a full leaf; what it left behind must not matter.
  const Planes input = leaf.workspace().input();
  std::vector<float> kept;
  for (std::int64_t r = 0; r < input.rows; ++r) {
    for (std::int64_t i = 0; i < input.columns * kLanes; ++i) kept.push_back(input.at(0, r, 0)[i]);
  }
  for (std::int64_t r = 0; r < input.rows; ++r) {
    for (std::int64_t i = 0; i < input.columns * kLanes; ++i) input.at(0, r, 0)[i] = 0.5F;
  }
  std::vector<std::int64_t> ignored(static_cast<std::size_t>(model.parameter_count()));
  const std::vector<std::uint8_t> all(16, 1);
  model.forward_backward(leaf.workspace(), {all}, {}, kernels::exact_sum_limit(1), ignored.data());
  std::size_t next = 0;
  for (std::int64_t r = 0; r < input.rows; ++r) {
    for (std::int64_t i = 0; i < input.columns * kLanes; ++i) input.at(0, r, 0)[i] = kept[next++];
  }
  EXPECT_EQ(leaf.gradient(), before);
}

TEST(Model, ProbabilitiesAddUpToOne) {
  Model model(network(kNotebook), Shape::image(1, 12, 12));
  randomize(model, 1);
  LeafOfSamples leaf(model, 16, 4);
  leaf.loss();
  const float* probabilities = leaf.workspace().predictions();
  for (std::int64_t lane = 0; lane < kLanes; ++lane) {
    EXPECT_NEAR(probabilities[lane] + probabilities[kLanes + lane], 1.0, 1e-6);
  }
}

TEST(Model, NamesTheLayerWithAGradientOutOfBounds) {
  Model model(network("flatten, dense: {units: 3}, dense: {units: 2, activation: softmax}"),
              Shape::image(1, 4, 4));
  randomize(model, 1);
  model.parameters()[0] = std::numeric_limits<float>::quiet_NaN();
  LeafOfSamples leaf(model, 16, 4);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(model.parameter_count()));
  EXPECT_EQ(leaf.backward(sums).bad_layer, 2);
}

TEST(Model, EqualProbabilitiesPredictTheLowestClass) {
  std::vector<float> probabilities(2 * kLanes, 0.5F);
  EXPECT_EQ(predicted_class(2, probabilities.data(), 3), 0);
  probabilities[kLanes + 3] = 0.6F;
  EXPECT_EQ(predicted_class(2, probabilities.data(), 3), 1);
}

TEST(Model, NotebookHasItsParametersAndNames) {
  const Model model(network(kNotebook), Shape::image(1, 40, 40));
  EXPECT_EQ(model.parameter_count(), 216546);
  EXPECT_EQ(model.multiply_adds_forward(), 2875520);
  EXPECT_EQ(model.multiply_adds_training(), 8421760);
  std::vector<std::string> names;
  for (const Node& node : model.nodes()) names.push_back(node.name);
  EXPECT_THAT(names, testing::ElementsAre("conv2d", "conv2d_1", "max_pool2d", "conv2d_2", "conv2d_3",
                                          "flatten", "dense", "dense_1", "dense_2", "dense_3"));
  const std::string summary = model.summary();
  for (const char* word : {"216546", "(40, 40, 8)", "(20, 20, 8)", "(3200)", "204864", "1032"}) {
    EXPECT_THAT(summary, HasSubstr(word));
  }
}

TEST(Model, ViewsCoverTheArenaWithoutGaps) {
  const Model model(network(kNotebook), Shape::image(1, 40, 40));
  std::int64_t next = 0;
  for (const ParameterView& view : model.parameter_views()) {
    EXPECT_EQ(view.offset, next) << view.layer;
    next += view.spec.size();
  }
  EXPECT_EQ(next, model.parameter_count());
}

TEST(Model, ParametersHaveARoleApartFromTheirName) {
  const Model model(
      network("standardize, conv2d: {filters: 2, kernel: 3}, batch_norm, layer_norm, flatten, dense: "
              "{units: 2, activation: softmax}"),
      Shape::image(1, 4, 4));
  const std::map<std::string, ParameterRole> roles = {
      {"kernel", ParameterRole::kernel},       {"bias", ParameterRole::bias},
      {"gamma", ParameterRole::scale},         {"beta", ParameterRole::shift},
      {"moving_mean", ParameterRole::average}, {"moving_variance", ParameterRole::average},
      {"mean", ParameterRole::average},        {"scale", ParameterRole::average}};
  for (const ParameterView& view : model.parameter_views()) {
    EXPECT_EQ(view.spec.role, roles.at(view.spec.name)) << view.layer << "/" << view.spec.name;
    EXPECT_EQ(view.offset < model.trainable_count(), view.spec.trainable());
  }
}

/// What the kernel of a dense layer (300 inputs, 200 outputs) with these keys starts with.
std::vector<double> kernel_start(const std::string& keys, const std::string& model_keys = "") {
  const Config config = parse_config("model:\n  layers: [flatten, dense: {units: 200" + keys +
                                         "}, dense: {units: 2}, softmax]\n" + model_keys,
                                     "test.yaml", {}, false);
  Model model(config.model, Shape::image(3, 10, 10));
  model.initialize(3);
  const ParameterView& kernel = model.parameter_views()[0];
  return {model.parameters().begin(), model.parameters().begin() + kernel.spec.size()};
}

struct StartCase {
  const char* keys;
  double variance;
  double largest;  ///< in deviations
  double mean = 0;
};

TEST(Model, KernelsStartAsTheirInitializerSays) {
  const double uniform = std::sqrt(3.0);
  const double cut = 2 / 0.87962566103423978;
  for (const StartCase& c :
       {StartCase{", activation: relu", 2.0 / 300, uniform},  // auto
        StartCase{", activation: gelu", 2.0 / 300, uniform},
        StartCase{", activation: tanh", 2.0 / 500, uniform}, StartCase{"", 2.0 / 500, uniform},
        StartCase{", activation: relu, initializer: glorot_uniform", 2.0 / 500, uniform},
        StartCase{", initializer: glorot_normal", 2.0 / 500, cut},
        StartCase{", initializer: he_uniform", 2.0 / 300, uniform},
        StartCase{", initializer: he_normal", 2.0 / 300, cut},
        StartCase{", initializer: lecun_uniform", 1.0 / 300, uniform},
        StartCase{", initializer: lecun_normal", 1.0 / 300, cut},
        StartCase{", initializer: {normal: {mean: 0.5, stddev: 0.1}}", 0.01, 6, 0.5},
        StartCase{", initializer: {constant: {value: 0.25}}", 0, 0, 0.25},
        StartCase{", initializer: zeros", 0, 0}}) {
    const std::vector<double> values = kernel_start(c.keys);
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (const double value : values) {
      sum += value;
      squares += (value - c.mean) * (value - c.mean);
      largest = std::max(largest, std::abs(value - c.mean));
    }
    const auto count = static_cast<double>(values.size());
    const double deviation = std::sqrt(c.variance);
    EXPECT_NEAR(sum / count, c.mean, 5 * deviation / std::sqrt(count) + 1e-7) << c.keys;
    EXPECT_NEAR(squares / count, c.variance, 0.02 * c.variance) << c.keys;
    EXPECT_LE(largest, c.largest * deviation * (1 + 1e-6)) << c.keys;
    if (c.largest < 3) {
      EXPECT_GE(largest, c.largest * deviation * 0.99) << c.keys;
    }
  }
}

TEST(Model, OneInitializerMayServeAllLayers) {
  EXPECT_EQ(kernel_start(", activation: relu", "  initializer: glorot_uniform\n"),
            kernel_start(", activation: relu, initializer: glorot_uniform"));
  EXPECT_EQ(kernel_start(", initializer: zeros", "  initializer: glorot_uniform\n")[7], 0.0);
}

/// The parameters' places of the kernels alone.
std::vector<double> of_kernels(const Model& model, const std::vector<double>& gradient) {
  std::vector<double> values;
  for (const ParameterView& view : model.parameter_views()) {
    if (view.spec.role != ParameterRole::kernel) continue;
    const auto first = gradient.begin() + view.offset;
    values.insert(values.end(), first, first + view.spec.size());
  }
  return values;
}

TEST(Model, WithoutBiasesIsThatWithBiasesOfZero) {
  const auto layers = [](const std::string& more) {
    return "conv2d: {filters: 4, kernel: 3, groups: 2, activation: relu" + more +
           "}, conv2d: {filters: 3, kernel: 2, stride: 2" + more + "}, flatten, dense: {units: 5" + more +
           "}, dense: {units: 2, activation: softmax" + more + "}";
  };
  Model with(network(layers("")), Shape::image(2, 8, 7));
  Model without(network(layers(", use_bias: false")), Shape::image(2, 8, 7));
  EXPECT_EQ(without.parameter_count(), with.parameter_count() - 4 - 3 - 5 - 2);
  for (const ParameterView& view : without.parameter_views()) EXPECT_EQ(view.spec.name, "kernel");
  without.initialize(5);
  for (std::size_t i = 0; i < without.parameter_views().size(); ++i) {
    const ParameterView& from = without.parameter_views()[i];
    const ParameterView& to = with.parameter_views()[2 * i];  // between biases of 0
    ASSERT_EQ(to.spec.shape, from.spec.shape);
    std::copy_n(without.parameters().begin() + from.offset, from.spec.size(),
                with.parameters().begin() + to.offset);
  }
  LeafOfSamples a(with, 16, 4);
  LeafOfSamples b(without, 16, 4);
  EXPECT_EQ(a.loss(), b.loss());
  EXPECT_EQ(of_kernels(with, a.gradient()), of_kernels(without, b.gradient()));
}

TEST(Model, BiasesStartAtZeroUnlessTheySayOtherwise) {
  const Config config = config_of(
      "flatten, dense: {units: 3, bias_initializer: {constant: {value: 0.5}}}, dense: "
      "{units: 2}, softmax");
  Model model(config.model, Shape::image(1, 4, 4));
  model.initialize(1);
  for (const ParameterView& view : model.parameter_views()) {
    if (view.spec.name == "bias") {
      EXPECT_EQ(model.parameters()[static_cast<std::size_t>(view.offset)],
                view.layer == "dense" ? 0.5F : 0.0F);
    }
  }
}

TEST(Model, SmallBatchNormUsesTheSamplesThatItHas) {
  // One sample in a dense layer has no variance: what is left is beta.
  const Config config = config_of("flatten, dense: {units: 2}, batch_norm, softmax");
  Model model(config.model, Shape::image(1, 4, 4));
  randomize(model, 3);
  const ParameterView& beta = model.parameter_views()[3];
  ASSERT_EQ(beta.spec.name, "beta");
  LeafOfSamples leaf(model, 1, 4);
  leaf.training_loss();
  const double difference = model.parameters()[static_cast<std::size_t>(beta.offset) + 1] -
                            model.parameters()[static_cast<std::size_t>(beta.offset)];
  EXPECT_NEAR(leaf.workspace().predictions()[kLanes], 1 / (1 + std::exp(-difference)), 1e-6);
}

TEST(Model, BatchNormSumsItsLeavesStatistics) {
  const Config config = config_of("standardize, batch_norm, flatten, dense: {units: 2}, softmax");
  Model model(config.model, Shape::image(1, 4, 4));
  model.initialize(1);
  EXPECT_EQ(model.parameter_count() - model.trainable_count(), 2 + 2 * 16);
  LeafOfSamples leaf(model, 5, 4);
  double mean = 0;
  for (std::int64_t i = 0; i < 16; ++i) {
    for (std::int64_t lane = 0; lane < 5; ++lane)
      mean += leaf.workspace().input().at(0, i / 4, i % 4)[lane] / (16.0 * 5);
  }
  const std::vector<double> sums = leaf.gradient();
  EXPECT_NEAR(sums[static_cast<std::size_t>(model.trainable_count()) + 32] / 5, mean, 1e-6);
}

TEST(Model, DropoutIsAFunctionOfThePositionInTheEpoch) {
  const Config config = config_of("flatten, dropout: {rate: 0.25}, dense: {units: 2}, softmax");
  Model model(config.model, Shape::image(1, 40, 40));
  model.initialize(1);
  LeafWorkspace workspace(model, true);
  for (std::int64_t i = 0; i < 1600 * kLanes; ++i) workspace.input().data[i] = 1;
  const std::vector<std::uint8_t> labels(16, 1);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(model.parameter_count()));
  const auto dropped = [&](std::int64_t position, std::uint32_t epoch) {
    LeafContext leaf;
    leaf.seed = 7;
    leaf.epoch = epoch;
    leaf.first_position = position;
    std::fill(sums.begin(), sums.end(), 0);
    model.forward_backward(workspace, {labels}, leaf, kernels::exact_sum_limit(1), sums.data());
    return std::vector<std::int64_t>(sums.begin(), sums.begin() + 3200);
  };
  const auto first = dropped(32, 1);
  EXPECT_EQ(dropped(32, 1), first);
  EXPECT_NE(dropped(48, 1), first);
  EXPECT_NE(dropped(32, 2), first);
}

TEST(Model, RefusesFeaturesThatNoLayerJoins) {
  const ModelConfig config = network("flatten, dense: {units: 2}, softmax");
  EXPECT_THROW(Model(config, ModelInput(Shape::image(1, 4, 4), 3)), UsageError);
}

TEST(Model, NamesResidualBlocksThatDoNotFit) {
  EXPECT_THAT(
      refusal("residual: {layers: [conv2d: {filters: 3, kernel: 3}], shortcut: identity}, flatten, dense: "
              "{units: 2}, softmax"),
      HasSubstr("model.layers[0]: residual: the layers make (6, 4, 3) out of (8, 6, 1)"));
  EXPECT_THAT(
      refusal(
          "residual: {layers: [relu, conv2d: {filters: 3, kernel: 9}]}, flatten, dense: {units: 2}, softmax"),
      HasSubstr("model.layers[0].residual.layers[1]: kernel 9 x 9"));
  EXPECT_THAT(refusal("residual: {layers: [flatten]}, dense: {units: 2}, softmax"),
              HasSubstr("no shortcut joins"));
  EXPECT_THAT(refusal("flatten, features: {layers: []}, dense: {units: 2}, softmax"),
              HasSubstr("data.high_level"));
  EXPECT_THAT(refusal("relu, standardize, flatten, dense: {units: 2}, softmax"),
              HasSubstr("on an input only"));
}

TEST(Model, StartIsAFunctionOfTheSeedAlone) {
  const auto start = [](std::uint64_t seed) {
    Model model(network(kNotebook), Shape::image(1, 40, 40));
    model.initialize(seed);
    return std::vector<float>(model.parameters().begin(), model.parameters().end());
  };
  EXPECT_EQ(start(1), start(1));
  EXPECT_NE(start(1), start(2));
}

TEST(Model, NamesTheLayerAndBothShapesThatDoNotFit) {
  const std::string end = ", flatten, dense: {units: 2, activation: softmax}";
  EXPECT_THAT(
      refusal("relu, conv2d: {filters: 3, kernel: [9, 2]}" + end),
      HasSubstr("model.layers[1]: kernel 9 x 2 with padding valid does not fit into the input (8, 6, 1)"));
  EXPECT_THAT(refusal("max_pool2d: {size: 7}" + end),
              HasSubstr("model.layers[0]: size 7 x 7 does not fit into the input (8, 6, 1)"));
  EXPECT_THAT(refusal("flatten, conv2d: {filters: 3, kernel: 2}" + end),
              HasSubstr("model.layers[1]: conv2d needs an image, but its input is the vector (48)"));
  EXPECT_THAT(refusal("flatten, max_pool2d: {size: 2}" + end), HasSubstr("the vector (48)"));
  EXPECT_THAT(refusal("dense: {units: 2, activation: softmax}"), HasSubstr("the image (8, 6, 1)"));
}

TEST(Model, MustEndInASoftmaxOverTwoClasses) {
  EXPECT_THAT(refusal("flatten, dense: {units: 2}"), HasSubstr("the last layer must be a softmax"));
  EXPECT_THAT(refusal("flatten, dense: {units: 3, activation: softmax}"),
              HasSubstr("the last layer gives (3) but the labels have 2 classes"));
  EXPECT_THAT(refusal("softmax"), HasSubstr("put layers before it"));
  EXPECT_THAT(refusal("flatten, softmax, dense: {units: 2, activation: softmax}"),
              HasSubstr("model.layers[1]: softmax can only be the last layer"));
  EXPECT_THAT(refusal("flatten, dense: {units: 2, activation: softmax}, softmax"),
              HasSubstr("model.layers[1]: softmax can only be the last layer"));
}

}  // namespace
}  // namespace jetrain
