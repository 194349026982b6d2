// What a model_config of Keras says of a network, against networks of ours.

#include "exchange/keras_config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/outline_match.hpp"
#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Model network(const std::string& layers, const std::string& channels = "pt, mass") {
  return make_model(
      parse_config("image: {bins: 10, channels: [" + channels + "]}\nmodel: {layers: [" + layers + "]}\n",
                   "test.yaml", {}, false));
}

const std::string kNetwork =
    "conv2d: {filters: 4, kernel: [4, 3], stride: 2, padding: same, activation: relu}, "
    "max_pool2d: {size: 2}, batch_norm, dropout: {rate: 0.1}, flatten, "
    "dense: {units: 6, use_bias: false, activation: leaky_relu}, dense: {units: 2, activation: softmax}";

std::string layer(const std::string& kind, const std::string& name, const std::string& settings) {
  return fmt::format(R"({{"class_name": "{}", "config": {{"name": "{}"{}{}}}}})", kind, name,
                     settings.empty() ? "" : ", ", settings);
}

const std::string kInput = layer("InputLayer", "input_1", R"("batch_input_shape": [null, 10, 10, 2])");
const std::string kConv2d = layer(
    "Conv2D", "conv",
    R"("filters": 4, "kernel_size": [4, 3], "strides": [2, 2], "padding": "same", "data_format": "channels_last",
       "dilation_rate": [1, 1], "groups": 1, "activation": "relu", "use_bias": true)");
const std::string kPool = layer("MaxPooling2D", "pool",
                                R"("pool_size": [2, 2], "strides": null, "padding": "valid",
                                   "data_format": "channels_last")");
const std::string kNorm = layer("BatchNormalization", "norm", R"("axis": [3], "epsilon": 0.001)");
const std::string kFlatten = layer("Flatten", "flat", R"("data_format": "channels_last")");
const std::string kDense =
    layer("Dense", "hidden", R"("units": 6, "activation": "linear", "use_bias": false)");
const std::string kLeaky = layer("LeakyReLU", "leaky", R"("alpha": 0.30000001192092896)");
const std::string kEnd = layer("Dense", "end", R"("units": 2, "activation": "softmax")");

std::string sequential(const std::vector<std::string>& layers) {
  return fmt::format(R"({{"class_name": "Sequential", "config": {{"name": "seq", "layers": [{}]}}}})",
                     fmt::join(layers, ", "));
}

std::vector<std::string> all() {
  return {kInput,   kConv2d, kPool,  kNorm, layer("Dropout", "drop", R"("rate": 0.4)"),
          kFlatten, kDense,  kLeaky, kEnd};
}

/// All of them, one written otherwise.
std::string with(const std::string& instead_of, const std::string& from, const std::string& to) {
  std::vector<std::string> layers = all();
  for (std::string& text : layers) {
    if (text != instead_of) continue;
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("no " + from);
    text.replace(at, from.size(), to);
  }
  return sequential(layers);
}

/// Empty: it is the network.
std::string difference(const std::string& json, const std::string& layers = kNetwork,
                       const std::string& training = "") {
  return test::refusal_of<DataError>([&] {
    const KerasConfig config = parse_keras_config("k.h5", json, training);
    match_outlines("k.h5", config.outline, outline_of(network(layers), config.conventions));
  });
}

TEST(KerasConfig, IsTheNetworkThatItSays) {
  EXPECT_EQ(difference(sequential(all())), "");
  EXPECT_EQ(difference(with(kNorm, "BatchNormalization", "BatchNormalizationV1")), "");
}

TEST(KerasConfig, NamesLayerKeyAndBothValues) {
  EXPECT_EQ(
      difference(with(kConv2d, R"("same")", R"("valid")")),
      "k.h5 is of another network than the config's: padding of the layer conv is valid, but same in the "
      "config's conv2d");
  const auto says = [](const std::string& json, const std::string& words) {
    EXPECT_THAT(difference(json), HasSubstr("config's: " + words));
  };
  says(with(kConv2d, "[2, 2]", "[2, 1]"), "strides of the layer conv is [2, 1], but [2, 2] in");
  says(with(kConv2d, "[4, 3]", "[3, 4]"), "kernel_size of the layer conv is [3, 4], but [4, 3] in");
  says(with(kConv2d, "[1, 1]", "[2, 2]"), "dilation_rate of the layer conv is [2, 2], but [1, 1] in");
  says(with(kConv2d, R"("groups": 1)", R"("groups": 2)"), "groups of the layer conv is 2, but 1 in");
  says(with(kConv2d, "relu", "tanh"), "activation of the layer conv is tanh, but relu in");
  says(with(kConv2d, "true", "false"), "use_bias of the layer conv is false, but true in");
  says(with(kPool, "[2, 2]", "[3, 3]"), "pool_size of the layer pool is [3, 3], but [2, 2] in");
  says(with(kNorm, "0.001", "1e-05"), "epsilon of the layer norm is 1e-05, but 0.001 in");
  says(with(kNorm, "[3]", "[1]"), "axis of the layer norm is 1, but -1 in the config's batch_norm");
  says(with(kNorm, R"("axis")", R"("scale": false, "axis")"),
       "scale of the layer norm is false, but true in");
  says(with(kDense, "6", "7"), "units of the layer hidden is 7, but 6 in");
  says(with(kLeaky, "0.30000001192092896", "0.2"),
       "activation of the layer hidden is leaky_relu of slope 0.2, but leaky_relu of slope 0.3 in");
  says(with(kEnd, "softmax", "sigmoid"), "activation of the layer end is sigmoid, but softmax in");
  says(with(kInput, "10, 2", "10, 1"), "shape of the layer input_1 is [10, 10, 1], but [10, 10, 2] in");
}

TEST(KerasConfig, NamesAllThatDiffers) {
  std::string json = with(kConv2d, "relu", "elu");
  json.replace(json.find("\"units\": 2"), 10, "\"units\": 3");
  EXPECT_THAT(difference(json), AllOf(HasSubstr("activation of the layer conv is elu of alpha 1, but relu"),
                                      HasSubstr("; units of the layer end is 3, but 2")));
}

TEST(KerasConfig, NamesTheLayersWhereTheirOrderDiffers) {
  std::vector<std::string> layers = all();
  std::swap(layers[2], layers[3]);
  EXPECT_EQ(
      difference(sequential(layers)),
      "k.h5 is of another network than the config's: behind conv it has BatchNormalization norm, and the "
      "config's network has MaxPooling2D max_pool2d");
  layers = all();
  layers.push_back(kEnd);
  EXPECT_THAT(difference(sequential(layers)),
              HasSubstr("behind end it has Dense end, and the config's network has nothing"));
}

TEST(KerasConfig, TakesChannelsFirstWhereAllLayersHaveIt) {
  std::vector<std::string> layers = all();
  for (std::string& text : layers) {
    for (const auto& [from, to] :
         {std::pair("channels_last", "channels_first"), {"[3]", "1"}, {"10, 10, 2", "2, 10, 10"}}) {
      const std::size_t at = text.find(from);
      if (at != std::string::npos) text.replace(at, std::string(from).size(), to);
    }
  }
  EXPECT_EQ(difference(sequential(layers)), "");
  layers[5] = kFlatten;  // Keras' default, which makes another order of the vector
  EXPECT_THAT(difference(sequential(layers)),
              HasSubstr("data_format of the layer flat is channels_last, but channels_first in"));
}

TEST(KerasConfig, PaddingThatAddsNothingIsAnyPadding) {
  const std::string end = ", flatten, dense: {units: 2, activation: softmax}";
  const auto json = [](const char* padding) {
    return sequential({kInput,
                       layer("Conv2D", "conv",
                             fmt::format(R"("filters": 3, "kernel_size": [1, 1], "padding": "{}")", padding)),
                       kFlatten, kEnd});
  };
  EXPECT_EQ(difference(json("same"), "conv2d: {filters: 3, kernel: 1}" + end), "");
  EXPECT_EQ(difference(json("valid"), "conv2d: {filters: 3, kernel: 1, padding: same}" + end), "");
}

TEST(KerasConfig, ActivationsMayBeLayersOfTheirOwn) {
  const std::string conv = R"("filters": 3, "kernel_size": 3)";
  const std::string json = sequential(
      {kInput, layer("Conv2D", "conv", conv), kNorm, layer("ReLU", "re_lu", R"("max_value": null)"), kFlatten,
       layer("Dense", "end", R"("units": 2)"), layer("Activation", "act", R"("activation": "softmax")")});
  const std::string end = "flatten, dense: {units: 2, activation: softmax}";
  EXPECT_EQ(difference(json, "conv2d: {filters: 3, kernel: 3}, batch_norm, relu, " + end), "");
  EXPECT_THAT(difference(json, "conv2d: {filters: 3, kernel: 3, activation: relu}, batch_norm, " + end),
              AllOf(HasSubstr("activation of the layer conv is linear, but relu"),
                    HasSubstr("activation of the layer norm is relu, but linear")));
}

TEST(KerasConfig, LogitsAreScoresOfALossThatTakesThem) {
  const std::string json = with(kEnd, "softmax", "linear");
  EXPECT_THAT(difference(json), HasSubstr("activation of the layer end is linear, but softmax"));
  const std::string training =
      R"({"loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": true}}})";
  EXPECT_EQ(difference(json, kNetwork, training), "");
}

TEST(KerasConfig, RefusesWhatJetrainDoesNotHave) {
  std::vector<std::string> layers = all();
  layers[2] = layer("SeparableConv2D", "odd", "");
  EXPECT_EQ(
      difference(sequential(layers)),
      "k.h5 cannot be compared with the config: its layer odd is a SeparableConv2D, and jetrain has none "
      "that computes the same");
  EXPECT_THAT(difference("{}"), HasSubstr("its model_config is not as Keras 2 and 3 write it"));
  EXPECT_THAT(difference("[["), HasSubstr("its model_config is not as Keras 2 and 3 write it"));
  EXPECT_THAT(difference(std::string(100000, '[')), HasSubstr("nested too deeply"));
}

std::string node(const std::string& layer_text, const std::string& inputs) {
  const std::string name = layer_text.substr(layer_text.find("\"name\": \"") + 9);
  return fmt::format(R"({}, "name": "{}", "inbound_nodes": [{}]}})",
                     layer_text.substr(0, layer_text.size() - 1), name.substr(0, name.find('"')), inputs);
}

/// A block with a shortcut, as Keras 2 and Keras 3 write the ways into layers; `sum` is of "body" and "conv".
std::string residual(const char* form, const std::string& sum_inputs) {
  const auto from = [&](const std::string& name) { return fmt::format(fmt::runtime(form), name); };
  const std::string conv = R"("filters": 3, "kernel_size": 3, "padding": "same", "activation": "relu")";
  std::vector<std::string> layers{node(kInput, ""),
                                  node(layer("Conv2D", "conv", conv), from("input_1")),
                                  node(layer("Conv2D", "body", conv), from("conv")),
                                  node(layer("Add", "sum", ""), sum_inputs),
                                  node(kFlatten, from("sum")),
                                  node(kEnd, from("flat"))};
  std::swap(layers[2], layers[4]);  // in whatever order
  return fmt::format(R"({{"class_name": "Functional", "config": {{"layers": [{}],
      "input_layers": [["input_1", 0, 0]], "output_layers": [["end", 0, 0]]}}}})",
                     fmt::join(layers, ", "));
}

TEST(KerasConfig, FollowsTheInputsOfLayers) {
  const char* keras_2 = R"([["{}", 0, 0, {{}}]])";
  const char* keras_3 =
      R"({{"args": [{{"class_name": "__keras_tensor__", "config": {{"keras_history": ["{}", 0, 0]}}}}], "kwargs": {{}}}})";
  const std::string both_2 = R"([["conv", 0, 0, {}], ["body", 0, 0, {}]])";
  const std::string ours =
      "conv2d: {filters: 3, kernel: 3, padding: same, activation: relu}, residual: {layers: [conv2d: "
      "{filters: "
      "3, kernel: 3, padding: same, activation: relu}], activation: linear}, flatten, dense: {units: 2, "
      "activation: softmax}";
  EXPECT_EQ(difference(residual(keras_2, both_2), ours), "");
  const std::string both_3 =
      R"({"args": [[{"class_name": "__keras_tensor__", "config": {"keras_history": ["body", 0, 0]}},
                    {"class_name": "__keras_tensor__", "config": {"keras_history": ["conv", 0, 0]}}]]})";
  EXPECT_EQ(difference(residual(keras_3, both_3), ours), "");
  EXPECT_THAT(difference(residual(keras_2, both_2), kNetwork), HasSubstr("the config's network has"));
  const std::string twice = R"([["conv", 0, 0, {}], ["conv", 0, 0, {}]])";
  EXPECT_THAT(difference(residual(keras_2, twice), ours), HasSubstr("is of another network"));
}

}  // namespace
}  // namespace jetrain
