// Edge convolutions: against their equations in numpy, gradients against finite differences, jets beside one
// another, and the two networks of the paper.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>

#include "layer_by_itself.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"
#include "refusal.hpp"
#include "row_matrix.hpp"
#include "set_networks.hpp"

namespace jetrain {
namespace {

using test::NamedLayers;

class OneEdgeConv {
 public:
  OneEdgeConv(const EdgeConvConfig& config, std::int64_t channels)
      : layer_(make_layer_on(config, {SetShape{channels}, SetShape{2}})) {}

  void set_parameters(const nlohmann::json& values) { layer_.set_parameters(values); }
  void draw_parameters() {
    std::mt19937 engine(3);
    std::uniform_real_distribution<float> uniform(-0.5F, 0.5F);
    for (float& parameter : layer_.parameters()) parameter = uniform(engine);
    for (float& average : layer_.averages()) average = std::abs(average);
  }

  /// Rows of x and angles belong to jets of so many constituents.
  Matrix forward(const std::vector<std::int64_t>& counts, const Matrix& x, const Matrix& angles,
                 bool training) const {
    const RowMatrix x_rows(x, layer_.layer().inputs()[0].size());
    const RowMatrix angle_rows(angles, 2);
    const RowMatrix y(x_rows.rows(), layer_.layer().output().size());
    const std::array<ConstPlanes, 2> inputs{planes_of(ConstRows(x_rows)), planes_of(ConstRows(angle_rows))};
    layer_.forward(offsets_of(counts), inputs, training, planes_of(Rows(y)));
    Matrix result;
    for (std::int64_t r = 0; r < y.rows(); ++r)
      result.emplace_back(y.view().row(r), y.view().row(r) + y.channels());
    return result;
  }

 private:
  test::LayerByItself layer_;
};

TEST(EdgeConv, IsTheBlockOfParticleNet) {
  std::ifstream file(TEST_DATA_DIR "/golden_edge_conv.json");  // make_golden_edge_conv.py
  for (const nlohmann::json& golden : nlohmann::json::parse(file)) {
    EdgeConvConfig config;
    config.neighbours = golden["neighbours"];
    config.units = golden["units"].get<std::vector<std::int64_t>>();
    config.distance = golden["distance"] == "angles" ? EdgeDistance::angles : EdgeDistance::features;
    config.pool = golden["pool"] == "max" ? EdgePool::max : EdgePool::mean;
    OneEdgeConv layer(config, golden["channels"]);
    layer.set_parameters(golden["parameters"]);
    for (const char* mode : {"training", "inference"}) {
      const Matrix y =
          layer.forward(golden["counts"], golden["x"], golden["angles"], mode == std::string("training"));
      const Matrix expected = golden[mode];
      ASSERT_EQ(y.size(), expected.size());
      for (std::size_t r = 0; r < y.size(); ++r) {
        for (std::size_t c = 0; c < y[r].size(); ++c) {
          EXPECT_NEAR(y[r][c], expected[r][c], 2e-5 * (1 + std::abs(expected[r][c])))
              << golden["distance"] << " " << mode << " " << r << " " << c;
        }
      }
    }
  }
}

Matrix random_rows(std::size_t rows, std::size_t channels, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  Matrix matrix(rows, std::vector<float>(channels));
  for (std::vector<float>& row : matrix) {
    for (float& value : row) value = normal(engine);
  }
  return matrix;
}

TEST(EdgeConv, GivesAJetTheSameBitsWhateverStandsBesideIt) {
  const std::vector<std::int64_t> counts{40, 1, 70, 0, 33, 17, 16, 100};
  const auto rows = static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  const Matrix x = random_rows(rows, 20, 1);
  const Matrix angles = random_rows(rows, 2, 2);
  for (const std::int64_t neighbours : {16, 300}) {
    for (const EdgePool pool : {EdgePool::mean, EdgePool::max}) {
      EdgeConvConfig config;
      config.neighbours = neighbours;
      config.units = {33, 16};
      config.pool = pool;
      OneEdgeConv layer(config, 20);
      layer.draw_parameters();
      const Matrix together = layer.forward(counts, x, angles, false);
      std::ptrdiff_t first = 0;
      for (const std::int64_t count : counts) {
        const auto of_jet = [&](const Matrix& all) {
          return Matrix(all.begin() + first, all.begin() + first + count);
        };
        EXPECT_EQ(layer.forward({count}, of_jet(x), of_jet(angles), false), of_jet(together));
        first += count;
      }
    }
  }
}

class EdgeConvGradients : public testing::TestWithParam<NamedLayers> {};

TEST_P(EdgeConvGradients, AreSlopesOfTheLoss) {
  Model model = test::scores_of_sets(GetParam().layers, 3);
  test::expect_gradient_is_slope(model);
}

// Distances are of inputs: of what has weights before it, a small change may give other neighbours.
INSTANTIATE_TEST_SUITE_P(
    Networks, EdgeConvGradients,
    testing::Values(
        NamedLayers{"FeaturesOfTheInput", "edge_conv: {neighbours: 3, units: [4, 3]}"},
        NamedLayers{"NarrowerAndWider",
                    "dense: {units: 3, activation: relu}, edge_conv: {neighbours: 5, units: [18, 2, 17, 3], "
                    "distance: angles}"},
        NamedLayers{"Maximum",
                    "dense: {units: 4, activation: relu}, edge_conv: {neighbours: 5, units: [3, 18, 5], "
                    "distance: angles, pool: max}"},
        NamedLayers{"MaximumOfOneUnit",
                    "dense: {units: 3}, edge_conv: {neighbours: 4, units: [4], distance: angles, pool: max}"},
        NamedLayers{"OneUnitWithoutShortcut",
                    "dense: {units: 3, activation: relu}, edge_conv: {neighbours: 4, units: [4], distance: "
                    "angles, shortcut: false}"},
        NamedLayers{"AllOthers",
                    "dense: {units: 3}, edge_conv: {neighbours: 30, units: [3, 4], activation: tanh}"}),
    test::name_of);

TEST(ParticleNet, HasThePapersParametersAndProducts) {
  const Model lite = test::model_of_file("particlenet_lite.yaml");
  EXPECT_EQ(lite.trainable_count(), 26'416);
  // Of 49 constituents and 343 edges: rows of both blocks, edges of both, shortcuts, and the dense layers.
  EXPECT_EQ(lite.multiply_adds_forward(49), 49 * 2 * (7 * 32 + 32 * 64) + 343 * 2 * (32 * 32 + 64 * 64) +
                                                49 * (7 * 32 + 32 * 64) + 64 * 128 + 128 * 2);
  const Model whole = test::model_of_file("particlenet.yaml");
  EXPECT_EQ(whole.trainable_count(), 366'160);
  EXPECT_NEAR(static_cast<double>(whole.multiply_adds_forward(49)), 142e6, 1e6);
}

TEST(ParticleNet, TakesAtMost400MegabytesForSixteenJetsOf128) {
  const Model model = test::model_of_file("particlenet.yaml");
  const RowOffsets sets = offsets_of(std::vector<std::int64_t>(kLanes, 128));
  EXPECT_LT(training_bytes(model.graph(), sets), 400'000'000);
}

TEST(EdgeConv, RefusesWhatIsNoSet) {
  const std::string message = test::refusal_of(
      [] { test::model_on_sets("mean_pool, edge_conv, dense: {units: 2, activation: softmax}", 3); });
  EXPECT_NE(message.find("model.layers[1]: edge_conv"), std::string::npos) << message;
}

}  // namespace
}  // namespace jetrain
