// Class attention: gradients against finite differences, its equations in numpy, and what configs may ask
// for.

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"

namespace jetrain {
namespace {

Model model_of(const std::string& layers, const std::string& input = "constituents",
               const Shape& shape = Shape::set(5)) {
  const Config config = parse_config(
      "input: " + input + "\nmodel:\n  layers: [" + layers + ", dense: {units: 2, activation: softmax}]\n",
      "test.yaml", {}, false);
  return {config.model, ModelInput(shape), config.train.loss};
}

struct Network {
  const char* name;
  const char* layers;
};

void PrintTo(const Network& tested, std::ostream* out) {
  *out << tested.name;
}

class ClassAttentionGradients : public testing::TestWithParam<Network> {};

TEST_P(ClassAttentionGradients, AreSlopesOfTheLoss) {
  Model model = model_of(GetParam().layers);
  test::expect_gradient_is_slope(model);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ClassAttentionGradients,
    testing::Values(Network{"TwoOnASet",
                            "dense: {units: 2}, class_attention: {heads: 2, hidden: 3}, class_attention: "
                            "{heads: 1, hidden: 2}"},
                    Network{"Plain",
                            "dense: {units: 3}, class_attention: {heads: 1, hidden: 2, head_scale: false, "
                            "residual_scale: false, inner_norms: false}"},
                    Network{"OnTheInputAlone", "class_attention: {heads: 5, hidden: 1}"},
                    Network{"BehindAttention",
                            "dense: {units: 2}, attention: {heads: 2, hidden: 1}, class_attention: {heads: "
                            "2, hidden: 1}, layer_norm"}),
    [](const auto& tested) { return tested.param.name; });

// The leaf's third jet has five constituents, all others have none.
TEST(ClassAttention, IsTheBlockOfTheParticleTransformer) {
  std::ifstream file(TEST_DATA_DIR "/golden_class_attention.json");  // make_golden_attention.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto x = golden["x"].get<std::vector<std::vector<float>>>();
  const auto tokens = golden["tokens"].get<std::vector<std::vector<float>>>();
  const auto expected = golden["y"].get<std::vector<std::vector<double>>>();
  ClassAttentionConfig config;
  config.heads = 2;
  config.hidden = 9;
  const std::unique_ptr<Layer> layer = make_layer_on(config, {SetShape{6}, VectorShape{6}});
  std::vector<float> parameters;
  for (const ParameterSpec& spec : layer->parameters()) {
    const auto values = golden["parameters"][spec.name].get<std::vector<float>>();
    ASSERT_EQ(static_cast<std::int64_t>(values.size()), spec.size()) << spec.name;
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
  AlignedBuffer<float> prepared(static_cast<std::size_t>(layer->prepared_floats()));
  layer->prepare(parameters.data(), prepared.data());

  constexpr std::size_t kJet = 2;
  RowOffsets sets;
  std::fill(sets.begins.begin() + kJet + 1, sets.begins.end(), 5);
  const LeafFloats floats = layer->floats_of(sets);
  AlignedBuffer<float> kept(static_cast<std::size_t>(floats.kept));
  AlignedBuffer<float> scratch(static_cast<std::size_t>(floats.scratch));
  AlignedBuffer<float> memory(static_cast<std::size_t>((5 + 2 * 6) * kLanes));
  const Rows rows{memory.data(), 5, 6};
  for (std::size_t r = 0; r < x.size(); ++r)
    std::copy(x[r].begin(), x[r].end(), rows.row(static_cast<std::int64_t>(r)));
  const Planes token{memory.data() + 5 * kLanes, 1, 1, 6, 6 * kLanes, 6 * kLanes};
  const Planes y{memory.data() + 11 * kLanes, 1, 1, 6, 6 * kLanes, 6 * kLanes};
  const auto golden_of = [](std::size_t lane) -> std::size_t { return lane == kJet ? 0 : 1; };
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    for (std::size_t c = 0; c < 6; ++c) token.data[c * kLanes + lane] = tokens[golden_of(lane)][c];
  }
  const std::array<ConstPlanes, 2> inputs{planes_of(ConstRows(rows)), token};
  LayerPass pass{.inputs = inputs, .parameters = parameters.data(), .prepared = prepared.data()};
  pass.kept = kept.data();
  pass.scratch = scratch.data();
  pass.leaf.sets = &sets;
  layer->forward(pass, y);
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

Model model_of_file(const std::string& name) {
  const std::string path = TEST_DATA_DIR "/../../configs/" + name;
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Config config = parse_config(text, path, {}, false);
  const auto features = static_cast<std::int64_t>(config.constituents.features.size());
  return {config.model, ModelInput(Shape::set(features)), config.train.loss};
}

// Qu, Li and Qian, arXiv:2202.03772, with the seven features of top tagging.
TEST(ClassAttention, ConfigsAreTheParticleTransformer) {
  const Model whole = model_of_file("particle_transformer.yaml");
  EXPECT_EQ(whole.trainable_count(), 2'141'134);
  // The paper's code has 104 million: class blocks ask of constituents, too, and forget it.
  EXPECT_NEAR(static_cast<double>(whole.multiply_adds_forward(49)), 104e6 - 2 * 49 * 128 * 128, 0.5e6);
  EXPECT_EQ(model_of_file("particle_transformer_small.yaml").trainable_count(), 324'586);
}

TEST(ClassAttention, ParticleTransformerTrainsSixteenJetsOf128In400Megabytes) {
  RowOffsets sets;
  for (std::size_t i = 0; i < sets.begins.size(); ++i) sets.begins[i] = static_cast<std::int64_t>(i) * 128;
  EXPECT_LT(training_bytes(model_of_file("particle_transformer.yaml").graph(), sets), 400'000'000);
}

TEST(ClassAttention, RefusesWhatDoesNotFit) {
  const auto message = [](const auto&... of_model) -> std::string {
    try {
      model_of(of_model...);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("dense: {units: 6}, class_attention: {heads: 4}").find("6 channels"), std::string::npos);
  EXPECT_NE(message("dense: {units: 4}, class_attention: {heads: 2}, dense: {units: 6}, class_attention: "
                    "{heads: 2}")
                .find("model.layers[3]: class_attention: on the vector (6) as the token, and the set has 4"),
            std::string::npos);
  EXPECT_NE(message("mean_pool, class_attention: {heads: 1}").find("a set"), std::string::npos);
  EXPECT_NE(message("flatten, class_attention: {heads: 1}", "image", Shape::image(1, 8, 8)).find("a set"),
            std::string::npos);
}

}  // namespace
}  // namespace jetrain
