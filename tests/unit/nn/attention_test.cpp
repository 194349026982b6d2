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
