// Class attention: gradients against finite differences, its equations in numpy, and what configs may ask
// for.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>

#include "layer_by_itself.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"
#include "refusal.hpp"
#include "row_matrix.hpp"
#include "set_networks.hpp"

namespace jetrain {
namespace {

using test::NamedLayers;

Model model_of(const std::string& layers) {
  return test::model_on_sets(layers + ", dense: {units: 2, activation: softmax}", 5);
}

class ClassAttentionGradients : public testing::TestWithParam<NamedLayers> {};

TEST_P(ClassAttentionGradients, AreSlopesOfTheLoss) {
  Model model = model_of(GetParam().layers);
  test::expect_gradient_is_slope(model);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ClassAttentionGradients,
    testing::Values(
        NamedLayers{"TwoOnASet",
                    "dense: {units: 2}, class_attention: {heads: 2, hidden: 3}, class_attention: "
                    "{heads: 1, hidden: 2}"},
        NamedLayers{"Plain",
                    "dense: {units: 3}, class_attention: {heads: 1, hidden: 2, head_scale: false, "
                    "residual_scale: false, inner_norms: false}"},
        NamedLayers{"OnTheInputAlone", "class_attention: {heads: 5, hidden: 1}"},
        NamedLayers{"BehindAttention",
                    "dense: {units: 2}, attention: {heads: 2, hidden: 1}, class_attention: {heads: "
                    "2, hidden: 1}, layer_norm"}),
    test::name_of);

// The leaf's third jet has five constituents, all others have none.
TEST(ClassAttention, IsTheBlockOfTheParticleTransformer) {
  std::ifstream file(TEST_DATA_DIR "/golden_class_attention.json");  // make_golden_attention.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto tokens = golden["tokens"].get<Matrix>();
  const auto expected = golden["y"].get<std::vector<std::vector<double>>>();
  ClassAttentionConfig config;
  config.heads = 2;
  config.hidden = 9;
  test::LayerByItself block(make_layer_on(config, {SetShape{6}, VectorShape{6}}));
  block.set_parameters(golden["parameters"]);

  constexpr std::size_t kJet = 2;
  const RowMatrix x(golden["x"].get<Matrix>(), 6);
  AlignedBuffer<float> memory(2 * 6 * kLanes);
  const Planes token{memory.data(), 1, 1, 6, 6 * kLanes, 6 * kLanes};
  const Planes y{memory.data() + 6 * kLanes, 1, 1, 6, 6 * kLanes, 6 * kLanes};
  const auto golden_of = [](std::size_t lane) -> std::size_t { return lane == kJet ? 0 : 1; };
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t c = 0; c < 6; ++c) token.data[c * kLanes + lane] = tokens[golden_of(lane)][c];
  }
  const std::array<ConstPlanes, 2> inputs{planes_of(ConstRows(x)), token};
  block.forward(offsets_of({0, 0, 5}), inputs, false, y);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t c = 0; c < 6; ++c) {
      EXPECT_NEAR(y.data[c * kLanes + lane], expected[golden_of(lane)][c], 1e-5) << lane << " " << c;
    }
  }
}

TEST(ClassAttention, FirstHasTheTokenAndOthersTakeIt) {
  Model model = model_of("dense: {units: 64}, class_attention, class_attention");
  std::vector<std::string> with_token;
  for (const ParameterView& view : model.parameter_views()) {
    if (view.spec.name == "token") with_token.push_back(view.layer);
  }
  EXPECT_EQ(with_token, std::vector<std::string>{"class_attention"});
  model.initialize(1);
  double squares = 0;
  for (const ParameterView& view : model.parameter_views()) {
    if (view.spec.name != "token") continue;
    for (const float value : model.parameters().subspan(static_cast<std::size_t>(view.offset), 64))
      squares += value * value / 64;
  }
  EXPECT_NEAR(std::sqrt(squares), 0.02, 0.006);  // of 64 values: three deviations
}

// Qu, Li and Qian, arXiv:2202.03772, with the seven features of top tagging.
TEST(ClassAttention, ConfigsAreTheParticleTransformer) {
  const Model whole = test::model_of_file("particle_transformer.yaml");
  EXPECT_EQ(whole.trainable_count(), 2'141'134);
  // The paper's code has 104 million: class blocks ask of constituents, too, and forget it.
  EXPECT_NEAR(static_cast<double>(whole.multiply_adds_forward(49)), 104e6 - 2 * 49 * 128 * 128, 0.5e6);
  EXPECT_EQ(test::model_of_file("particle_transformer_small.yaml").trainable_count(), 324'586);
}

TEST(ClassAttention, ParticleTransformerTrainsSixteenJetsOf128In400Megabytes) {
  const RowOffsets sets = offsets_of(std::vector<std::int64_t>(kLanes, 128));
  EXPECT_LT(training_bytes(test::model_of_file("particle_transformer.yaml").graph(), sets), 400'000'000);
}

TEST(ClassAttention, RefusesWhatDoesNotFit) {
  const auto message = [](const std::string& layers) { return test::refusal_of([&] { model_of(layers); }); };
  EXPECT_NE(message("dense: {units: 6}, class_attention: {heads: 4}").find("6 channels"), std::string::npos);
  EXPECT_NE(message("dense: {units: 4}, class_attention: {heads: 2}, dense: {units: 6}, class_attention: "
                    "{heads: 2}")
                .find("model.layers[3]: class_attention: on the vector (6) as the token, and the set has 4"),
            std::string::npos);
  EXPECT_NE(message("mean_pool, class_attention: {heads: 1}").find("a set"), std::string::npos);
  const Config images = parse_config(
      "model: {layers: [flatten, class_attention: {heads: 1}, dense: {units: 2, activation: softmax}]}\n",
      "test.yaml", {}, false);
  EXPECT_NE(test::refusal_of([&] { Model(images.model, Shape::image(1, 8, 8)); }).find("a set"),
            std::string::npos);
}

}  // namespace
}  // namespace jetrain
