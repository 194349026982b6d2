#include "optim/lookahead.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "optim/optimizer.hpp"

namespace jetrain {
namespace {

// Numbers from tests/data/make_optimizer_reference.py, in double precision.
TEST(Lookahead, FollowsItsEquationForAHundredSteps) {
  const auto reference = nlohmann::json::parse(std::ifstream(TEST_DATA_DIR "/optimizer_reference.json"));
  const auto scale = reference["scale"].get<std::vector<double>>();
  ASSERT_EQ(reference["lookahead"].size(), 2U);
  for (const auto& [name, of] : reference["lookahead"].items()) {
    const std::string optimizer = name.find(':') == std::string::npos ? name + ": {}" : name;
    const OptimizerConfig config =
        parse_config("model: {layers: [flatten]}\ntrain: {optimizer: {" + optimizer + "}}\n", "test.yaml", {},
                     false)
            .train.optimizer;
    const auto inner = make_optimizer(config, {{0, 3, ParameterRole::kernel}, {3, 5, ParameterRole::bias}});
    auto w = reference["start"].get<std::vector<float>>();
    Lookahead lookahead({of["every_steps"], of["share"]}, w);
    for (int t = 1; t <= 100; ++t) {
      std::vector<float> g;
      for (std::size_t i = 0; i < w.size(); ++i)
        g.push_back(static_cast<float>(((37 * t + 101 * static_cast<int>(i)) % 1021 - 510) * scale[i]));
      inner->step(base_learning_rate(config), w, g);
      lookahead.after_step(t, w);
      if (!of["after"].contains(std::to_string(t))) continue;
      const auto expected = of["after"][std::to_string(t)].get<std::vector<double>>();
      for (std::size_t i = 0; i < w.size(); ++i)
        EXPECT_NEAR(w[i], expected[i], 5e-6 * std::max(1.0, std::abs(expected[i]))) << name << t << " " << i;
    }
  }
}

TEST(Lookahead, IsNotThereUnlessAskedFor) {
  std::vector<float> w{1, 2};
  Lookahead lookahead({}, w);
  EXPECT_FALSE(lookahead.used());
  EXPECT_TRUE(lookahead.state().empty());
  w = {3, 4};
  lookahead.after_step(6, w);
  EXPECT_EQ(w, (std::vector<float>{3, 4}));
}

TEST(Lookahead, GoesItsShareAfterEachSoManySteps) {
  std::vector<float> w{0, 8};
  Lookahead lookahead({.every_steps = 2, .share = 0.25}, w);
  w = {4, 8};
  lookahead.after_step(1, w);
  EXPECT_EQ(w, (std::vector<float>{4, 8}));
  w = {8, 8};
  lookahead.after_step(2, w);
  EXPECT_EQ(w, (std::vector<float>{2, 8}));
  EXPECT_EQ(lookahead.state()[0], 2);
}

}  // namespace
}  // namespace jetrain
