// Blocks of attention and their pairs: gradients against finite differences, and what configs may ask for.

#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "layer_by_itself.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"
#include "refusal.hpp"
#include "row_kernels/pair_bias.hpp"
#include "row_matrix.hpp"
#include "set_networks.hpp"

namespace jetrain {
namespace {

using test::NamedLayers;

class AttentionGradients : public testing::TestWithParam<NamedLayers> {};

TEST_P(AttentionGradients, AreSlopesOfTheLoss) {
  Model model = test::scores_of_sets(GetParam().layers, 5);
  test::expect_gradient_is_slope(model);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, AttentionGradients,
    testing::Values(
        NamedLayers{
            "ParticleTransformer",
            "pairs: {name: u, units: [3, 5]}, dense: {units: 4}, attention: {bias: u, heads: 2, hidden: 5}, "
            "attention: {bias: u, heads: 2, hidden: 3}"},
        NamedLayers{"Plain",
                    "dense: {units: 4}, attention: {heads: 4, hidden: 3, dropout: 0, head_scale: false, "
                    "residual_scale: "
                    "false, inner_norms: false}"},
        NamedLayers{"OneHeadWithMuchDropout",
                    "dense: {units: 3}, attention: {heads: 1, hidden: 4, dropout: 0.4}"}),
    test::name_of);

/// As a leaf's activation of PairsShape.
ConstPlanes matrices_of(const AlignedBuffer<float>& memory, const RowOffsets& sets, std::int64_t heads) {
  const std::int64_t rows = sets.matrices_floats() / kLanes;
  return {memory.data(), 1, rows, heads, rows * heads * kLanes, heads * kLanes};
}

TEST(Attention, IsTheBlockOfTheParticleTransformer) {
  std::ifstream file(TEST_DATA_DIR "/golden_attention.json");  // make_golden_attention.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  AttentionConfig config;
  config.heads = 2;
  config.hidden = 9;
  test::LayerByItself block(make_layer_on(config, {SetShape{6}, PairsShape{2}}));
  block.set_parameters(golden["parameters"]);
  const RowOffsets sets = offsets_of({0, 0, 5});
  const RowMatrix x(golden["x"].get<Matrix>(), 6);
  const RowMatrix pairs(golden["pairs"].get<Matrix>(), 2);
  AlignedBuffer<float> matrices(static_cast<std::size_t>(2 * sets.matrices_floats()));
  kernels::pairs_to_matrices(pairs, 5, matrices.data());
  const RowMatrix y(x.rows(), 6);
  const std::array<ConstPlanes, 2> inputs{planes_of(ConstRows(x)), matrices_of(matrices, sets, 2)};
  block.forward(sets, inputs, false, planes_of(Rows(y)));
  expect_near(y, golden["y"].get<std::vector<std::vector<double>>>(), 1e-5);
}

// Of 2,141,134 parameters (arXiv:2202.03772, with seven features), the two class blocks have 399,376, their
// token 128, and the normalisation behind them 256.
TEST(Attention, HasTheParticleTransformersParameters) {
  std::string layers = "batch_norm, pairs: {name: u, units: [64, 64, 64]}";
  for (const int units : {128, 512, 128}) {
    layers += ", layer_norm, dense: {units: " + std::to_string(units) + ", activation: gelu}";
  }
  for (int block = 0; block < 8; ++block) layers += ", attention: {bias: u, heads: 8}";
  const Model model = test::scores_of_sets(layers, 7);
  EXPECT_EQ(model.trainable_count(), 2'141'134 - 399'376 - 128 - 256);
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const auto message = [](const std::string& layers) {
    return test::refusal_of([&] { test::scores_of_sets(layers, 5); });
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
