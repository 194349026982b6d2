// LorentzNet's blocks: gradients against finite differences, their equations by numpy, invariance, and what
// configs may ask for.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "leaf_of_samples.hpp"
#include "nn/layers.hpp"
#include "nn/row_parts.hpp"

namespace jetrain {
namespace {

Model model_of(const std::string& layers) {
  const Config config =
      parse_config("input: constituents\nmodel:\n  layers: [" + layers + "]\n", "test.yaml", {}, false);
  return {config.model, ModelInput(Shape::set(7)), config.train.loss};
}

std::string behind(const std::string& blocks) {
  return blocks + ", mean_pool, dense: {units: 2, activation: softmax}";
}

class LorentzGradients : public testing::TestWithParam<std::string> {};

TEST_P(LorentzGradients, AreSlopesOfTheLoss) {
  Model model = model_of(behind(GetParam()));
  test::expect_gradient_is_slope(model);
}

INSTANTIATE_TEST_SUITE_P(Networks, LorentzGradients,
                         testing::Values("lorentz_blocks: {blocks: 1, units: 4}",
                                         "lorentz_blocks: {blocks: 3, units: 3, step: 0.5}",
                                         "lorentz_blocks: {blocks: 2, units: 2, beams: true}"));

/// The layer by itself, in front of a leaf.
class LayerOnLeaf {
 public:
  LayerOnLeaf(const LorentzBlocksConfig& config, const RowOffsets& sets)
      : layer_(make_layer_on(config, {Shape::set(4)})),
        sets_(sets),
        units_(config.units),
        prepared_(static_cast<std::size_t>(layer_->prepared_floats())),
        kept_(static_cast<std::size_t>(layer_->floats_of(sets).kept)),
        scratch_(static_cast<std::size_t>(layer_->floats_of(sets).scratch)),
        momenta_(static_cast<std::size_t>(sets.rows() * kLanes)),
        y_(static_cast<std::size_t>(sets.rows() * padded_channels(units_))) {}

  const Layer& layer() const { return *layer_; }
  Rows momenta() { return {momenta_.data(), sets_.rows(), 4}; }

  /// `parameters`: trainable ones, then averages.
  ConstRows forward(const std::vector<float>& parameters, bool training) {
    layer_->prepare(parameters.data(), prepared_.data());
    std::int64_t trainable = 0;
    for (const ParameterSpec& spec : layer_->parameters()) trainable += spec.trainable() ? spec.size() : 0;
    const std::array<ConstPlanes, 1> inputs{planes_of(ConstRows(momenta()))};
    LayerPass pass{.inputs = inputs,
                   .parameters = parameters.data(),
                   .averages = parameters.data() + trainable,
                   .prepared = prepared_.data()};
    pass.kept = kept_.data();
    pass.scratch = scratch_.data();
    pass.leaf.training = training;
    pass.leaf.sets = &sets_;
    const Rows y{y_.data(), sets_.rows(), units_};
    layer_->forward(pass, planes_of(y));
    return y;
  }

 private:
  std::unique_ptr<Layer> layer_;
  RowOffsets sets_;
  std::int64_t units_;
  AlignedBuffer<float> prepared_, kept_, scratch_, momenta_, y_;
};

TEST(LorentzBlocks, AreTheEquationsOfThePaper) {
  std::ifstream file(TEST_DATA_DIR "/golden_lorentz.json");  // make_golden_lorentz.py
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto momenta = golden["momenta"].get<std::vector<std::vector<float>>>();
  LorentzBlocksConfig config;
  config.blocks = 2;
  config.units = 5;
  config.beams = true;
  config.step = 0.5;
  RowOffsets sets;  // of the first and third sample
  for (std::size_t i = 1; i < sets.begins.size(); ++i) sets.begins[i] = i < 3 ? 4 : 6;
  LayerOnLeaf leaf(config, sets);
  std::vector<float> parameters;
  for (const ParameterSpec& spec : leaf.layer().parameters()) {
    const auto values = golden["parameters"][spec.name].get<std::vector<float>>();
    ASSERT_EQ(static_cast<std::int64_t>(values.size()), spec.size()) << spec.name;
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
  EXPECT_EQ(leaf.layer().parameters().size(), golden["parameters"].size());
  for (std::size_t r = 0; r < momenta.size(); ++r)
    std::copy(momenta[r].begin(), momenta[r].end(), leaf.momenta().row(static_cast<std::int64_t>(r)));
  for (const bool training : {true, false}) {
    const auto expected = golden[training ? "training" : "inference"].get<std::vector<std::vector<double>>>();
    const ConstRows y = leaf.forward(parameters, training);
    for (std::size_t r = 0; r < expected.size(); ++r) {
      for (std::size_t c = 0; c < expected[r].size(); ++c) {
        EXPECT_NEAR(y.row(static_cast<std::int64_t>(r))[c], expected[r][c], 2e-5)
            << r << " " << c << (training ? " in training" : "");
      }
    }
  }
}

/// Without beams, what comes out does not change where all momenta are turned and boosted.
TEST(LorentzBlocks, AreInvariantUnderLorentzTransformations) {
  RowOffsets sets;
  for (std::size_t i = 1; i < sets.begins.size(); ++i) sets.begins[i] = i < 2 ? 9 : 14;
  const auto spread_of_results = [&](bool beams) {
    LorentzBlocksConfig config;
    config.units = 8;
    config.step = 0.5;
    config.beams = beams;
    LayerOnLeaf leaf(config, sets);
    std::mt19937 engine(3);
    std::normal_distribution<float> normal;
    std::vector<float> parameters;
    for (const ParameterSpec& spec : leaf.layer().parameters()) {
      for (std::int64_t i = 0; i < spec.size(); ++i) parameters.push_back(0.3F * normal(engine));
    }
    for (std::int64_t r = 0; r < sets.rows(); ++r) {
      float* const p = leaf.momenta().row(r);
      for (int k = 1; k < 4; ++k) p[k] = 3 * normal(engine);
      p[0] = std::sqrt(1 + p[1] * p[1] + p[2] * p[2] + p[3] * p[3]);
    }
    const ConstRows y = leaf.forward(parameters, true);
    const std::vector<float> before(y.data, y.data + y.rows * y.stride());
    for (std::int64_t r = 0; r < sets.rows(); ++r) {
      float* const p = leaf.momenta().row(r);
      std::swap(p[1], p[3]);  // turned, and mirrored
      const float boosted = 1.25F * p[0] + 0.75F * p[2];
      p[2] = 1.25F * p[2] + 0.75F * p[0];
      p[0] = boosted;
    }
    leaf.forward(parameters, true);
    double largest = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(y.data[i]) - static_cast<double>(before[i])));
    return largest;
  };
  EXPECT_LT(spread_of_results(false), 1e-3);
  EXPECT_GT(spread_of_results(true), 1e-2);  // beams say where the laboratory is
}

// 224,072 parameters (the authors' code with two scalars and 72 units). By its equations the network would
// take 301 million multiply-adds for a jet of 49 constituents, without pairs of one and the same: 49 x 48
// edges of 146 x 72 + 72 x 72 + 72 (gate) + 72 x 72 + 72 (move) each. Here the first product is over
// constituents but for two numbers an edge, and the last block moves nothing.
TEST(LorentzBlocks, AreLorentzNetsSize) {
  const Model model = model_of(
      "lorentz_blocks, mean_pool, dense: {units: 72, activation: relu}, dropout: {rate: 0.2}, dense: {units: "
      "2, activation: softmax}");
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
  RowOffsets sets;
  for (std::size_t i = 1; i < sets.begins.size(); ++i) sets.begins[i] = sets.begins[i - 1] + 128;
  const LeafFloats floats = make_layer_on(config, {Shape::set(4)})->floats_of(sets);
  EXPECT_LT(4 * (floats.kept + floats.scratch), 130'000'000);
}

TEST(LorentzBlocks, RefuseWhatDoesNotFit) {
  const auto message = [](const std::string& layers) -> std::string {
    try {
      model_of(behind(layers));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("dense: {units: 6}, lorentz_blocks").find("make it the first layer"), std::string::npos);
  EXPECT_NE(message("lorentz_blocks: {blocks: 0}").find("blocks"), std::string::npos);
  const Config images = parse_config("model: {layers: [lorentz_blocks]}\n", "test.yaml", {}, false);
  EXPECT_THROW(Model(images.model, ModelInput(Shape::image(1, 8, 8)), images.train.loss), UsageError);
}

}  // namespace
}  // namespace jetrain
