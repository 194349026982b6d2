#include "jetrain/nn/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "jetrain/core/error.hpp"
#include "jetrain/kernels/exact_sum.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

/// "- conv2d: {...}" lines to a network's config.
ModelConfig network(const std::string& layers) {
  return parse_config("model:\n  layers: [" + layers + "]\n", "test.yaml", {}, false).model;
}

constexpr const char* kNotebook =
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu},"
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}, max_pool2d: {size: 2},"
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu},"
    "conv2d: {filters: 8, kernel: 4, padding: same, activation: relu}, flatten,"
    "dense: {units: 64, activation: relu}, dense: {units: 64, activation: relu},"
    "dense: {units: 64, activation: relu}, dense: {units: 2, activation: softmax}";

std::string refusal(const std::string& layers, Shape input = Shape::image(1, 8, 6)) {
  try {
    const Model model(network(layers), input);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

/// One leaf of random samples in front of a model.
class LeafOfSamples {
 public:
  LeafOfSamples(const Model& model, std::size_t samples, std::uint32_t seed)
      : model_(model), workspace_(model, true), labels_(samples) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
    const Planes input = workspace_.input();
    for (std::int64_t k = 0; k < input.channels; ++k) {
      for (std::int64_t r = 0; r < input.rows; ++r) {
        for (std::int64_t c = 0; c < input.columns; ++c) {
          for (std::size_t lane = 0; lane < samples; ++lane) input.at(k, r, c)[lane] = uniform(engine);
        }
      }
    }
    for (std::uint8_t& label : labels_) label = static_cast<std::uint8_t>(engine() % 2);
  }

  /// Sum of the losses over the samples.
  double loss() {
    std::vector<double> losses(labels_.size());
    model_.forward_loss(workspace_, labels_, losses.data());
    double sum = 0;
    for (const double loss : losses) sum += loss;
    return sum;
  }

  LeafResult backward(std::vector<std::int64_t>& sums) {
    return model_.forward_backward(workspace_, labels_, kernels::exact_sum_limit(1), sums.data());
  }

  std::vector<double> gradient() {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(model_.parameter_count()));
    EXPECT_EQ(backward(sums).bad_layer, -1);
    std::vector<double> gradient;
    for (const std::int64_t sum : sums) gradient.push_back(kernels::exact_value(sum));
    return gradient;
  }

  LeafWorkspace& workspace() { return workspace_; }

 private:
  const Model& model_;
  LeafWorkspace workspace_;
  std::vector<std::uint8_t> labels_;
};

/// Biases start at zero; gradients must hold elsewhere, too.
void randomize(Model& model, std::uint32_t seed) {
  model.initialize(seed);
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-0.2F, 0.2F);
  for (float& parameter : model.parameters()) parameter += uniform(engine);
}

struct Network {
  const char* name;
  const char* layers;
};

void PrintTo(const Network& tested, std::ostream* out) {
  *out << tested.name;
}

class GradientCheck : public testing::TestWithParam<Network> {};

/// How far `gradient` is from the slope of the loss along one parameter, relative to 1 + |gradient|.
/// Truncation grows with the step, rounding of the float32 network with its inverse, and a ReLU or a maximum
/// that switches inside the step spoils the side on which it does: the best of three steps and of both sides
/// counts.
double distance_from_slope(LeafOfSamples& leaf, float& parameter, double gradient) {
  const float before = parameter;
  const double loss = leaf.loss();
  double best = std::numeric_limits<double>::infinity();
  for (const float step : {4e-3F, 1e-3F, 3e-4F}) {
    const auto moved_loss = [&](float moved) {
      parameter = moved;
      return leaf.loss();
    };
    const double up = moved_loss(before + step);
    const double down = moved_loss(before - step);
    const auto width = static_cast<double>(step);
    for (const double slope : {(up - down) / (2 * width), (up - loss) / width, (loss - down) / width}) {
      best = std::min(best, std::abs(slope - gradient) / (1.0 + std::abs(gradient)));
    }
  }
  parameter = before;
  return best;
}

TEST_P(GradientCheck, EveryParameterAgreesWithFiniteDifferences) {
  Model model(network(GetParam().layers), Shape::image(2, 7, 6));
  randomize(model, 5);
  for (const std::size_t samples : {std::size_t{16}, std::size_t{3}}) {
    LeafOfSamples leaf(model, samples, 11);
    const std::vector<double> gradient = leaf.gradient();
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      EXPECT_LT(distance_from_slope(leaf, model.parameters()[i], gradient[i]), 1e-2)
          << "parameter " << i << ", " << samples << " samples";
    }
  }
}

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
        Network{"NoPooling",
                "conv2d: {filters: 2, kernel: [7, 6], activation: relu}, flatten,"
                "dense: {units: 2, activation: softmax}"}),
    [](const auto& tested) { return tested.param.name; });

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
  model.forward_backward(leaf.workspace(), all, kernels::exact_sum_limit(1), ignored.data());
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
  model.forward(leaf.workspace());
  const float* probabilities = leaf.workspace().probabilities();
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
  EXPECT_THAT(model.layer_names(),
              testing::ElementsAre("conv2d", "conv2d_1", "max_pool2d", "conv2d_2", "conv2d_3", "flatten",
                                   "dense", "dense_1", "dense_2", "dense_3"));
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

TEST(Model, StartsGlorotUniformWithZeroBiases) {
  Model model(network(kNotebook), Shape::image(1, 40, 40));
  model.initialize(3);
  for (const ParameterView& view : model.parameter_views()) {
    const auto values = model.parameters().subspan(static_cast<std::size_t>(view.offset),
                                                   static_cast<std::size_t>(view.spec.size()));
    const auto& shape = view.spec.shape;
    const double taps = shape.size() == 4 ? static_cast<double>(shape[0] * shape[1]) : 1.0;
    double limit = 0;
    if (view.spec.name == "kernel") {
      limit = std::sqrt(6.0 / (taps * static_cast<double>(shape[shape.size() - 2] + shape.back())));
    }
    double largest = 0;
    double sum = 0;
    for (const float value : values) {
      largest = std::max(largest, std::abs(static_cast<double>(value)));
      sum += value;
    }
    EXPECT_LE(largest, limit * (1 + 1e-6)) << view.layer << " " << view.spec.name;
    EXPECT_GE(largest, limit * 0.9) << view.layer << " " << view.spec.name;
    EXPECT_NEAR(sum / static_cast<double>(values.size()), 0.0, 0.2 * limit + 1e-12) << view.layer;
  }
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
