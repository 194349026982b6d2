// Blocks of attention and their pairs: gradients against finite differences, and what configs may ask for.

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"
#include "row_kernels/pair_bias.hpp"

namespace jetrain {
namespace {

Model model_of(const std::string& layers) {
  const Config config =
      parse_config("input: constituents\nmodel:\n  layers: [" + layers + "]\n", "test.yaml", {}, false);
  return {config.model, ModelInput(Shape::set(5)), config.train.loss};
}

struct Network {
  const char* name;
  const char* layers;
};

void PrintTo(const Network& tested, std::ostream* out) {
  *out << tested.name;
}

class AttentionGradients : public testing::TestWithParam<Network> {};

TEST_P(AttentionGradients, AreSlopesOfTheLoss) {
  Model model =
      model_of(std::string(GetParam().layers) + ", mean_pool, dense: {units: 2, activation: softmax}");
  test::expect_gradient_is_slope(model);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, AttentionGradients,
    testing::Values(
        Network{
            "ParticleTransformer",
            "pairs: {name: u, units: [3, 5]}, dense: {units: 4}, attention: {bias: u, heads: 2, hidden: 5}, "
            "attention: {bias: u, heads: 2, hidden: 3}"},
        Network{"Plain",
                "dense: {units: 4}, attention: {heads: 4, hidden: 3, dropout: 0, head_scale: false, "
                "residual_scale: "
                "false, inner_norms: false}"},
        Network{"OneHeadWithMuchDropout",
                "dense: {units: 3}, attention: {heads: 1, hidden: 4, dropout: 0.4}"}),
    [](const auto& tested) { return tested.param.name; });

void fill(const Rows& rows, const std::vector<std::vector<float>>& values) {
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    std::copy(values[static_cast<std::size_t>(r)].begin(), values[static_cast<std::size_t>(r)].end(),
              rows.row(r));
  }
}

/// As a leaf's activation of PairsShape.
ConstPlanes matrices_of(const AlignedBuffer<float>& memory, const RowOffsets& sets, std::int64_t heads) {
  const std::int64_t rows = sets.matrices_floats() / kLanes;
  return {memory.data(), 1, rows, heads, rows * heads * kLanes, heads * kLanes};
}

TEST(Attention, IsTheBlockOfTheParticleTransformer) {
  std::ifstream file(TEST_DATA_DIR "/golden_attention.json");  // make_golden_attention.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto x = golden["x"].get<std::vector<std::vector<float>>>();
  const auto pairs = golden["pairs"].get<std::vector<std::vector<float>>>();
  const auto expected = golden["y"].get<std::vector<std::vector<double>>>();
  AttentionConfig config;
  config.heads = 2;
  config.hidden = 9;
  const std::unique_ptr<Layer> layer = make_layer_on(config, {SetShape{6}, PairsShape{2}});
  std::vector<float> parameters;
  for (const ParameterSpec& spec : layer->parameters()) {
    const auto values = golden["parameters"][spec.name].get<std::vector<float>>();
    ASSERT_EQ(static_cast<std::int64_t>(values.size()), spec.size()) << spec.name;
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
  AlignedBuffer<float> prepared(static_cast<std::size_t>(layer->prepared_floats()));
  layer->prepare(parameters.data(), prepared.data());

  // The jet is the leaf's third; all others are empty.
  RowOffsets sets;
  std::fill(sets.begins.begin() + 3, sets.begins.end(), 5);
  const LeafFloats floats = layer->floats_of(sets);
  AlignedBuffer<float> kept(static_cast<std::size_t>(floats.kept));
  AlignedBuffer<float> scratch(static_cast<std::size_t>(floats.scratch));
  AlignedBuffer<float> memory(static_cast<std::size_t>(20 * kLanes));
  AlignedBuffer<float> matrices(static_cast<std::size_t>(2 * sets.matrices_floats()));
  const Rows rows{memory.data(), 5, 6};
  const Rows pair_rows{memory.data() + 5 * kLanes, 10, 2};
  const Rows y{memory.data() + 15 * kLanes, 5, 6};
  fill(rows, x);
  fill(pair_rows, pairs);
  kernels::pairs_to_matrices(pair_rows, 5, matrices.data());
  const std::array<ConstPlanes, 2> inputs{planes_of(ConstRows(rows)), matrices_of(matrices, sets, 2)};
  LayerPass pass{.inputs = inputs, .parameters = parameters.data(), .prepared = prepared.data()};
  pass.kept = kept.data();
  pass.scratch = scratch.data();
  pass.leaf.sets = &sets;
  layer->forward(pass, planes_of(y));
  for (std::size_t r = 0; r < 5; ++r) {
    for (std::size_t c = 0; c < 6; ++c) {
      EXPECT_NEAR(y.row(static_cast<std::int64_t>(r))[c], expected[r][c], 1e-5) << r << " " << c;
    }
  }
}

// Of 2,141,134 parameters (arXiv:2202.03772, with seven features), the two class blocks have 399,376, their
// token 128, and the normalisation behind them 256.
TEST(Attention, HasTheParticleTransformersParameters) {
  std::string layers = "batch_norm, pairs: {name: u, units: [64, 64, 64]}";
  for (const int units : {128, 512, 128}) {
    layers += ", layer_norm, dense: {units: " + std::to_string(units) + ", activation: gelu}";
  }
  for (int block = 0; block < 8; ++block) layers += ", attention: {bias: u, heads: 8}";
  const Config config = parse_config("input: constituents\nmodel:\n  layers: [" + layers +
                                         ", mean_pool, dense: {units: 2, activation: softmax}]\n",
                                     "test.yaml", {}, false);
  const Model model(config.model, ModelInput(Shape::set(7)), config.train.loss);
  EXPECT_EQ(model.trainable_count(), 2'141'134 - 399'376 - 128 - 256);
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const auto message = [](const std::string& layers) -> std::string {
    try {
      model_of(layers + ", mean_pool, dense: {units: 2, activation: softmax}");
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("dense: {units: 6}, attention: {heads: 4}").find("6 channels"), std::string::npos);
  EXPECT_NE(message("dense: {units: 8}, attention: {bias: u}").find("the name u"), std::string::npos);
  EXPECT_NE(message("pairs: {name: u}, dense: {units: 8}").find("no attention layer asks for u"),
            std::string::npos);
  EXPECT_NE(
      message("pairs: {name: u}, dense: {units: 8}, attention: {bias: u, heads: 2}, attention: {bias: u, "
              "heads: 4}")
          .find("with 2 and with 4"),
      std::string::npos);
  EXPECT_NE(message("mean_pool, dense: {units: 8}, attention: {heads: 2}").find("a set"), std::string::npos);
}

}  // namespace
}  // namespace jetrain
