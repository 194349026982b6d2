#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "optim/optimizer.hpp"
#include "optim/orthogonalize.hpp"

namespace jetrain {
namespace {

OptimizerConfig config_of(const std::string& optimizer) {
  return parse_config("model: {layers: [flatten]}\ntrain: {optimizer: {" +
                          (optimizer.find(':') == std::string::npos ? optimizer + ": {}" : optimizer) +
                          "}}\n",
                      "test.yaml", {}, false)
      .train.optimizer;
}

std::vector<float> gradient(int t, std::size_t count) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>((37 * t + 101 * static_cast<int>(i)) % 1021 - 510) / 1024.0F);
  return values;
}

// Numbers from tests/data/make_optimizer_reference.py, in double precision, on matrices in PyTorch's order.
TEST(Muon, FollowsItsEquationForAHundredStepsOfMatrices) {
  const auto references = nlohmann::json::parse(std::ifstream(TEST_DATA_DIR "/muon_reference.json"));
  ASSERT_EQ(references.size(), 6U);
  double farthest = 0;
  for (const auto& reference : references) {
    const OptimizerConfig config = config_of(reference["optimizer"]);
    const auto shape = reference["shape"].get<std::vector<std::int64_t>>();
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    std::vector<float> w;
    for (int i = 0; i < count; ++i) w.push_back(static_cast<float>((29 * i) % 113 - 56) / 128.0F);
    const auto muon = make_optimizer(config, {{.first = 0, .last = count, .columns = shape.back()}});
    for (int t = 1; t <= 100; ++t) {
      muon->step(base_learning_rate(config), w, gradient(t, w.size()));
      if (!reference["after"].contains(std::to_string(t))) continue;
      const auto expected = reference["after"][std::to_string(t)].get<std::vector<double>>();
      for (std::size_t i = 0; i < w.size(); ++i)
        farthest = std::max(farthest, std::abs(static_cast<double>(w[i]) - expected[i]));
    }
  }
  RecordProperty("farthest", std::to_string(farthest));
  EXPECT_LT(farthest, 1e-4);  // of weights of order one, after steps of 0.1
}

TEST(Muon, StepsAlikeForGradientsOfAnySize) {
  const auto stepped = [](float size) {
    std::vector<float> w(12, 1.0F);
    std::vector<float> g = gradient(1, w.size());
    for (float& value : g) value *= size;
    make_optimizer(config_of("muon"), {{.first = 0, .last = 12, .columns = 4}})->step(0.02, w, g);
    return w;
  };
  EXPECT_EQ(stepped(1), stepped(0x1p-40F));
  EXPECT_EQ(stepped(1), stepped(0x1p+40F));
}

TEST(Muon, LeavesAMatrixWithoutGradientAlone) {
  std::vector<float> w(12, 1.0F);
  make_optimizer(config_of("muon"), {{.first = 0, .last = 12, .columns = 4}})
      ->step(0.02, w, std::vector<float>(12, 0.0F));
  EXPECT_EQ(w, std::vector<float>(12, 1.0F));
}

TEST(Orthogonalizer, BringsSingularValuesNearOne) {
  // A diagonal matrix keeps its singular vectors: the axes.
  for (const bool high : {true, false}) {
    const std::int64_t rows = high ? 30 : 5;
    const std::int64_t columns = high ? 5 : 30;
    std::vector<float> matrix(150, 0.0F);
    for (std::int64_t i = 0; i < 5; ++i)
      matrix[static_cast<std::size_t>(i * columns + i)] = 0.3F * static_cast<float>(i + 1);
    Orthogonalizer(30, 5).run(matrix.data(), rows, columns, 5);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        const auto value = static_cast<double>(matrix[static_cast<std::size_t>(r * columns + c)]);
        if (r == c)
          EXPECT_NEAR(value, 0.95, 0.27) << r;
        else
          EXPECT_EQ(value, 0) << r << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace jetrain
