// LorentzNet's blocks: gradients against finite differences, their equations by numpy, invariance, and what
// configs may ask for.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <random>

#include "layer_by_itself.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"
#include "refusal.hpp"
#include "row_matrix.hpp"
#include "set_networks.hpp"

namespace jetrain {
namespace {

class LorentzGradients : public testing::TestWithParam<std::string> {};

TEST_P(LorentzGradients, AreSlopesOfTheLoss) {
  Model model = test::scores_of_sets(GetParam(), 7);
  test::expect_gradient_is_slope(model);
}

INSTANTIATE_TEST_SUITE_P(Networks, LorentzGradients,
                         testing::Values("lorentz_blocks: {blocks: 1, units: 4}",
                                         "lorentz_blocks: {blocks: 3, units: 3, step: 0.5}",
                                         "lorentz_blocks: {blocks: 2, units: 2, beams: true}"));

RowMatrix forward(const test::LayerByItself& blocks, const RowOffsets& sets, const RowMatrix& momenta,
                  bool training) {
  const std::array<ConstPlanes, 1> inputs{planes_of(ConstRows(momenta))};
  RowMatrix y(sets.rows(), blocks.layer().output().size());
  blocks.forward(sets, inputs, training, planes_of(Rows(y)));
  return y;
}

TEST(LorentzBlocks, AreTheEquationsOfThePaper) {
  std::ifstream file(TEST_DATA_DIR "/golden_lorentz.json");  // make_golden_lorentz.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  LorentzBlocksConfig config;
  config.blocks = 2;
  config.units = 5;
  config.beams = true;
  config.step = 0.5;
  test::LayerByItself blocks(make_layer_on(config, {Shape::set(4)}));
  blocks.set_parameters(golden["parameters"]);
  const RowMatrix momenta(golden["momenta"].get<Matrix>(), 4);
  for (const bool training : {true, false}) {
    SCOPED_TRACE(training ? "training" : "inference");
    expect_near(forward(blocks, offsets_of({4, 0, 2}), momenta, training),
                golden[training ? "training" : "inference"].get<std::vector<std::vector<double>>>(), 2e-5);
  }
}

/// Without beams, what comes out does not change where all momenta are turned and boosted.
TEST(LorentzBlocks, AreInvariantUnderLorentzTransformations) {
  const RowOffsets sets = offsets_of({9, 5});
  const auto spread_of_results = [&](bool beams) {
    LorentzBlocksConfig config;
    config.units = 8;
    config.step = 0.5;
    config.beams = beams;
    test::LayerByItself blocks(make_layer_on(config, {Shape::set(4)}));
    std::mt19937 engine(3);
    std::normal_distribution<float> normal;
    for (float& parameter : blocks.parameters()) parameter = 0.3F * normal(engine);
    const RowMatrix momenta(sets.rows(), 4);
    for (std::int64_t r = 0; r < sets.rows(); ++r) {
      float* const p = momenta.view().row(r);
      for (int k = 1; k < 4; ++k) p[k] = 3 * normal(engine);
      p[0] = std::sqrt(1 + p[1] * p[1] + p[2] * p[2] + p[3] * p[3]);
    }
    const RowMatrix before = forward(blocks, sets, momenta, true);
    for (std::int64_t r = 0; r < sets.rows(); ++r) {
      float* const p = momenta.view().row(r);
      std::swap(p[1], p[3]);  // turned, and mirrored
      const float boosted = 1.25F * p[0] + 0.75F * p[2];
      p[2] = 1.25F * p[2] + 0.75F * p[0];
      p[0] = boosted;
    }
    return largest_difference(forward(blocks, sets, momenta, true), before, config.units);
  };
  EXPECT_LT(spread_of_results(false), 1e-3);
  EXPECT_GT(spread_of_results(true), 1e-2);  // beams say where the laboratory is
}

// 224,072 parameters (the authors' code with two scalars and 72 units). By its equations the network would
// take 301 million multiply-adds for a jet of 49 constituents, without pairs of one and the same: 49 x 48
// edges of 146 x 72 + 72 x 72 + 72 (gate) + 72 x 72 + 72 (move) each. Here the first product is over
// constituents but for two numbers an edge, and the last block moves nothing.
TEST(LorentzBlocks, AreLorentzNetsSize) {
  const Model model = test::model_on_sets(
      "lorentz_blocks, mean_pool, dense: {units: 72, activation: relu}, dropout: {rate: 0.2}, dense: {units: "
      "2, activation: softmax}",
      7);
  EXPECT_EQ(model.trainable_count(), 224'072);
  const std::int64_t edge = 2 * 72 + 72 * 72 + 72;
  const std::int64_t move = 72 * 72 + 72;
  const std::int64_t row = 2 * 72 * 72 + 146 * 72 + 72 * 72;
  EXPECT_EQ(model.multiply_adds_forward(49),
            49 * 48 * (6 * edge + 5 * move) + 49 * (6 * row + 2 * 72) + 72 * 72 + 72 * 2);
}

TEST(LorentzBlocks, TakeABoundedMemoryOfFullJets) {
  LorentzBlocksConfig config;
  config.beams = true;
  const RowOffsets sets = offsets_of(std::vector<std::int64_t>(kLanes, 128));
  const LeafFloats floats = make_layer_on(config, {Shape::set(4)})->floats_of(sets);
  EXPECT_LT(4 * (floats.kept + floats.scratch), 130'000'000);
}

TEST(LorentzBlocks, RefuseWhatDoesNotFit) {
  const auto message = [](const std::string& layers) {
    return test::refusal_of([&] { test::scores_of_sets(layers, 7); });
  };
  EXPECT_NE(message("dense: {units: 6}, lorentz_blocks").find("make it the first layer"), std::string::npos);
  EXPECT_NE(message("lorentz_blocks: {blocks: 0}").find("blocks"), std::string::npos);
  const Config images = parse_config("model: {layers: [lorentz_blocks]}\n", "test.yaml", {}, false);
  EXPECT_THROW(Model(images.model, ModelInput(Shape::image(1, 8, 8)), images.train.loss), UsageError);
}

}  // namespace
}  // namespace jetrain
