// Edge convolutions: against their equations in numpy, gradients against finite differences, jets beside one
// another, and the two networks of the paper.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "config/config.hpp"
#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "leaf_of_samples.hpp"
#include "nn/row_parts.hpp"

namespace jetrain {
namespace {

using Matrix = std::vector<std::vector<float>>;

/// A layer by itself, with its memory.
class OneEdgeConv {
 public:
  OneEdgeConv(const EdgeConvConfig& config, std::int64_t channels)
      : layer_(make_layer_on(config, {SetShape{channels}, SetShape{2}})), channels_(channels) {
    for (const ParameterSpec& spec : layer_->parameters())
      (spec.trainable() ? trainable_ : averages_) += spec.size();
    parameters_.resize(static_cast<std::size_t>(trainable_ + averages_));
  }

  void set_parameters(const nlohmann::json& values) {
    std::size_t at = 0;
    for (const ParameterSpec& spec : layer_->parameters()) {
      const auto numbers = values[spec.name].get<std::vector<float>>();
      ASSERT_EQ(static_cast<std::int64_t>(numbers.size()), spec.size()) << spec.name;
      std::copy(numbers.begin(), numbers.end(), parameters_.begin() + static_cast<std::ptrdiff_t>(at));
      at += numbers.size();
    }
  }
  void draw_parameters() {
    std::mt19937 engine(3);
    std::uniform_real_distribution<float> uniform(-0.5F, 0.5F);
    for (float& parameter : parameters_) parameter = uniform(engine);
    for (std::size_t i = static_cast<std::size_t>(trainable_); i < parameters_.size(); ++i)
      parameters_[i] = std::abs(parameters_[i]);
  }

  /// Rows of x and angles belong to jets of so many constituents. Memory holds NaN before.
  Matrix forward(const std::vector<std::int64_t>& counts, const Matrix& x, const Matrix& angles,
                 bool training) {
    RowOffsets sets;
    for (std::size_t i = 0; i < kLanes; ++i)
      sets.begins[i + 1] = sets.begins[i] + (i < counts.size() ? counts[i] : 0);
    const LeafFloats floats = layer_->floats_of(sets);
    AlignedBuffer<float> prepared = filled(layer_->prepared_floats());
    AlignedBuffer<float> kept = filled(floats.kept);
    AlignedBuffer<float> scratch = filled(floats.scratch);
    layer_->prepare(parameters_.data(), prepared.data());
    const std::int64_t rows = sets.rows();
    const std::int64_t outputs = layer_->output().size();
    AlignedBuffer<float> x_memory(static_cast<std::size_t>(rows * padded_channels(channels_)));
    AlignedBuffer<float> angle_memory(static_cast<std::size_t>(rows * kLanes));
    AlignedBuffer<float> y_memory = filled(rows * padded_channels(outputs));
    const Rows x_rows{x_memory.data(), rows, channels_};
    const Rows angle_rows{angle_memory.data(), rows, 2};
    const Rows y{y_memory.data(), rows, outputs};
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto row = static_cast<std::size_t>(r);
      std::copy(x[row].begin(), x[row].end(), x_rows.row(r));
      std::copy(angles[row].begin(), angles[row].end(), angle_rows.row(r));
    }
    const std::vector<ConstPlanes> inputs{planes_of(ConstRows(x_rows)), planes_of(ConstRows(angle_rows))};
    LayerPass pass{.inputs = inputs, .parameters = parameters_.data(), .prepared = prepared.data()};
    pass.averages = parameters_.data() + trainable_;
    pass.kept = kept.data();
    pass.scratch = scratch.data();
    pass.rectify = true;
    pass.leaf.training = training;
    pass.leaf.sets = &sets;
    layer_->forward(pass, planes_of(y));
    Matrix result;
    for (std::int64_t r = 0; r < rows; ++r) result.emplace_back(y.row(r), y.row(r) + outputs);
    return result;
  }

 private:
  static AlignedBuffer<float> filled(std::int64_t floats) {
    AlignedBuffer<float> memory(static_cast<std::size_t>(floats));
    for (float& value : memory.span()) value = std::numeric_limits<float>::quiet_NaN();
    return memory;
  }

  std::unique_ptr<Layer> layer_;
  std::int64_t channels_;
  std::int64_t trainable_ = 0;
  std::int64_t averages_ = 0;
  std::vector<float> parameters_;
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

struct Network {
  const char* name;
  const char* layers;
};

void PrintTo(const Network& tested, std::ostream* out) {
  *out << tested.name;
}

class EdgeConvGradients : public testing::TestWithParam<Network> {};

TEST_P(EdgeConvGradients, AreSlopesOfTheLoss) {
  const Config config =
      parse_config("input: constituents\nmodel:\n  layers: [" + std::string(GetParam().layers) +
                       ", mean_pool, dense: {units: 2, activation: softmax}]\n",
                   "test.yaml", {}, false);
  Model model(config.model, ModelInput(Shape::set(3)), config.train.loss);
  test::expect_gradient_is_slope(model);
}

// Distances are of inputs: of what has weights before it, a small change may give other neighbours.
INSTANTIATE_TEST_SUITE_P(
    Networks, EdgeConvGradients,
    testing::Values(
        Network{"FeaturesOfTheInput", "edge_conv: {neighbours: 3, units: [4, 3]}"},
        Network{"NarrowerAndWider",
                "dense: {units: 3, activation: relu}, edge_conv: {neighbours: 5, units: [18, 2, 17, 3], "
                "distance: angles}"},
        Network{"Maximum",
                "dense: {units: 4, activation: relu}, edge_conv: {neighbours: 5, units: [3, 18, 5], "
                "distance: angles, pool: max}"},
        Network{"MaximumOfOneUnit",
                "dense: {units: 3}, edge_conv: {neighbours: 4, units: [4], distance: angles, pool: max}"},
        Network{"OneUnitWithoutShortcut",
                "dense: {units: 3, activation: relu}, edge_conv: {neighbours: 4, units: [4], distance: "
                "angles, shortcut: false}"},
        Network{"AllOthers",
                "dense: {units: 3}, edge_conv: {neighbours: 30, units: [3, 4], activation: tanh}"}),
    [](const auto& tested) { return tested.param.name; });

Config config_of(const std::string& name) {
  const std::string path = TEST_DATA_DIR "/../../configs/" + name;
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return parse_config(text.str(), path, {"data.files=jets.h5"}, false);
}

TEST(ParticleNet, HasThePapersParametersAndProducts) {
  const Model lite = make_model(config_of("particlenet_lite.yaml"));
  EXPECT_EQ(lite.trainable_count(), 26'416);
  // Of 49 constituents and 343 edges: rows of both blocks, edges of both, shortcuts, and the dense layers.
  EXPECT_EQ(lite.multiply_adds_forward(49), 49 * 2 * (7 * 32 + 32 * 64) + 343 * 2 * (32 * 32 + 64 * 64) +
                                                49 * (7 * 32 + 32 * 64) + 64 * 128 + 128 * 2);
  const Model whole = make_model(config_of("particlenet.yaml"));
  EXPECT_EQ(whole.trainable_count(), 366'160);
  EXPECT_NEAR(static_cast<double>(whole.multiply_adds_forward(49)), 142e6, 1e6);
}

TEST(ParticleNet, TakesAtMost400MegabytesForSixteenJetsOf128) {
  const Model model = make_model(config_of("particlenet.yaml"));
  RowOffsets sets;
  for (std::size_t i = 0; i < kLanes; ++i) sets.begins[i + 1] = sets.begins[i] + 128;
  EXPECT_LT(training_bytes(model.graph(), sets), 400'000'000);
}

TEST(EdgeConv, RefusesWhatIsNoSet) {
  const Config config = parse_config(
      "input: constituents\nmodel:\n  layers: [mean_pool, edge_conv, dense: {units: 2, activation: "
      "softmax}]\n",
      "test.yaml", {}, false);
  try {
    Model(config.model, ModelInput(Shape::set(3)), config.train.loss);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("model.layers[1]: edge_conv"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace jetrain
