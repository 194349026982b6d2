// Blocks of attention and their pairs: gradients against finite differences, and what configs may ask for.

#include <gtest/gtest.h>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "leaf_of_samples.hpp"

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
