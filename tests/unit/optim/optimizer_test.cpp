#include "optim/optimizer.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "config/config.hpp"

namespace jetrain {
namespace {

OptimizerConfig config_of(const std::string& optimizer) {
  return parse_config("model: {layers: [flatten]}\ntrain: {optimizer: {" +
                          (optimizer.find(':') == std::string::npos ? optimizer + ": {}" : optimizer) +
                          "}}\n",
                      "test.yaml", {}, false)
      .train.optimizer;
}

/// A kernel of three numbers and a bias of two.
std::unique_ptr<Optimizer> make(const std::string& optimizer) {
  return make_optimizer(config_of(optimizer), {{0, 3, ParameterRole::kernel}, {3, 5, ParameterRole::bias}});
}

/// A vector, matrices of both kinds, and a bias.
std::vector<ParameterArray> many_arrays() {
  return {{0, 3, ParameterRole::kernel},
          {.first = 3, .last = 9003, .columns = 60},
          {.first = 9003, .last = 9803, .columns = 400},
          {9803, 20000, ParameterRole::bias}};
}

using Kinds = decltype(OptimizerConfig::kind);

/// The names of all optimizers that a config can name, as far as `wanted(kind)` says so.
template <class Wanted>
std::vector<std::string> optimizers(Wanted wanted) {
  std::vector<std::string> names;
  const auto add = [&](const auto& kind) {
    if (wanted(kind)) names.emplace_back(kind.kName);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (add(std::variant_alternative_t<I, Kinds>()), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Kinds>>());
  return names;
}

/// Each by its defaults, and those that have several forms in the others.
std::vector<std::string> every_optimizer() {
  std::vector<std::string> all = optimizers([](const auto&) { return true; });
  for (const char* form :
       {"sgd: {momentum: 0.9}", "sgd: {momentum: 0.9, nesterov: true}", "rmsprop: {momentum: 0.5}",
        "radam: {beta_1: 0.95, epsilon: 1e-5, weight_decay: 0.01}", "lion: {weight_decay: 0.5}",
        "muon: {weight_decay: 0.1, adam: {learning_rate: 1e-3}}"})
    all.emplace_back(form);
  return all;
}

std::vector<std::string> with_weight_decay() {
  return optimizers([](const auto& kind) {
    return requires {
      kind.weight_decay;
    };
  });
}

class EveryOptimizer : public testing::TestWithParam<std::string> {};

// Numbers from tests/data/make_optimizer_reference.py, computed in double precision. The tolerance is what
// float32 parameters and moments cost over a hundred steps: a few roundings of the parameter where it is
// largest.
TEST_P(EveryOptimizer, FollowsItsEquationForAHundredSteps) {
  const auto reference = nlohmann::json::parse(std::ifstream(TEST_DATA_DIR "/optimizer_reference.json"));
  const auto scale = reference["scale"].get<std::vector<double>>();
  ASSERT_TRUE(reference["after"].contains(GetParam())) << "make_optimizer_reference.py has no " << GetParam();
  const auto& after = reference["after"][GetParam()];
  ASSERT_EQ(after.size(), 4U);
  auto parameters = reference["start"].get<std::vector<float>>();
  const OptimizerConfig config = config_of(GetParam());
  const auto optimizer = make(GetParam());
  std::vector<double> largest(parameters.size(), 1.0);
  for (int t = 1; t <= 100; ++t) {
    std::vector<float> gradient;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      gradient.push_back(static_cast<float>(((37 * t + 101 * static_cast<int>(i)) % 1021 - 510) * scale[i]));
    }
    optimizer->step(base_learning_rate(config), parameters, gradient);
    for (std::size_t i = 0; i < parameters.size(); ++i)
      largest[i] = std::max(largest[i], std::abs(static_cast<double>(parameters[i])));
    if (!after.contains(std::to_string(t))) continue;
    const auto expected = after[std::to_string(t)].get<std::vector<double>>();
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(parameters[i], expected[i], 5e-6 * largest[i]) << t << " " << i;
  }
}

TEST_P(EveryOptimizer, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::int64_t count = many_arrays().back().last;
  const auto run = [&](int threads) {
    omp_set_num_threads(threads);
    const auto optimizer = make_optimizer(config_of(GetParam()), many_arrays());
    std::vector<float> parameters(static_cast<std::size_t>(count), 0.5F);
    for (int t = 1; t <= 5; ++t) {
      std::vector<float> gradient;
      for (std::int64_t i = 0; i < count; ++i)
        gradient.push_back(std::sin(static_cast<float>(t) + 0.1F * static_cast<float>(i)));
      optimizer->step(0.01, parameters, gradient);
    }
    return parameters;
  };
  const int before = omp_get_max_threads();
  const std::vector<float> alone = run(1);
  EXPECT_EQ(run(3), alone);
  omp_set_num_threads(before);
}

TEST_P(EveryOptimizer, GoesOnWhereAnotherStopped) {
  const auto make = [] {  // a matrix and a bias
    return make_optimizer(config_of(GetParam()),
                          {{.first = 0, .last = 4, .columns = 2}, {4, 5, ParameterRole::bias}});
  };
  const auto first = make();
  std::vector<float> parameters{1.0F, -2.0F, 0.5F, 0.25F, 3.0F};
  const auto step = [](Optimizer& optimizer, std::vector<float>& values, float g) {
    optimizer.step(0.01, values, std::vector<float>{g, -2 * g, 0.0F, g / 2, 1.0F});
  };
  for (const float g : {0.5F, -0.25F, 0.125F}) step(*first, parameters, g);

  const auto second = make();
  std::vector<float> copy = parameters;
  second->set_steps(first->steps());
  const auto from = first->state();
  const auto to = second->state();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i) std::copy(from[i].begin(), from[i].end(), to[i].begin());
  for (const float g : {0.75F, 0.5F}) {
    step(*first, parameters, g);
    step(*second, copy, g);
  }
  EXPECT_EQ(parameters, copy);
}

/// After five steps at this rate, of two arrays with these properties.
std::vector<float> after_five_steps(const std::string& optimizer, double rate, const ParameterArray& kernel) {
  ParameterArray bias{3, 5, ParameterRole::bias};
  const auto made = make_optimizer(config_of(optimizer), {kernel, bias});
  std::vector<float> parameters{1.0F, -2.0F, 0.5F, 0.25F, 3.0F};
  for (const float g : {0.5F, -0.25F, 0.125F, 0.75F, 1.0F})
    made->step(rate, parameters, std::vector<float>{g, -2 * g, 0.0F, g / 2, 1.0F});
  return parameters;
}

TEST_P(EveryOptimizer, StepsWithTheRateOfEachArray) {
  const ParameterArray kernel{0, 3, ParameterRole::kernel};
  ParameterArray slow = kernel;
  slow.rate_factor = 0.25;
  const std::vector<float> parameters = after_five_steps(GetParam(), 0.01, slow);
  const std::vector<float> at_a_quarter = after_five_steps(GetParam(), 0.0025, kernel);
  const std::vector<float> at_the_whole = after_five_steps(GetParam(), 0.01, kernel);
  EXPECT_TRUE(std::equal(parameters.begin(), parameters.begin() + 3, at_a_quarter.begin()));
  EXPECT_TRUE(std::equal(parameters.begin() + 3, parameters.end(), at_the_whole.begin() + 3));
  EXPECT_NE(at_a_quarter, at_the_whole);
}

TEST_P(EveryOptimizer, LeavesFrozenArraysAlone) {
  const ParameterArray kernel{0, 3, ParameterRole::kernel};
  ParameterArray frozen = kernel;
  frozen.frozen = true;
  const std::vector<float> parameters = after_five_steps(GetParam(), 0.01, frozen);
  const std::vector<float> whole = after_five_steps(GetParam(), 0.01, kernel);
  EXPECT_EQ(parameters[0], 1.0F);
  EXPECT_EQ(parameters[1], -2.0F);
  EXPECT_EQ(parameters[2], 0.5F);
  EXPECT_TRUE(std::equal(parameters.begin() + 3, parameters.end(), whole.begin() + 3));
}

// By hand: w - f lr (g + ...), of AdamW's first step, whose direction is the gradient's sign.
TEST(RateFactor, IsAlsoOfTheDecayThatIsCoupledToTheRate) {
  ParameterArray slow{0, 3, ParameterRole::kernel};
  slow.rate_factor = 0.5;
  const auto optimizer = make_optimizer(config_of("adamw: {weight_decay: 0.1, epsilon: 1e-30}"), {slow});
  std::vector<float> w{1.0F, -2.0F, 4.0F};
  optimizer->step(0.25, w, std::vector<float>{3.0F, -1.0F, 2.0F});
  EXPECT_NEAR(w[0], 1.0 * (1 - 0.0125) - 0.125, 1e-6);
  EXPECT_NEAR(w[1], -2.0 * (1 - 0.0125) + 0.125, 1e-6);
  EXPECT_NEAR(w[2], 4.0 * (1 - 0.0125) - 0.125, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryOptimizer, testing::ValuesIn(every_optimizer()));

// The first step moves by lr * g / (|g| + epsilon / sqrt(1 - beta_2)) in this form, which tells it from
// PyTorch's for gradients near epsilon.
TEST(Adam, AddsEpsilonBeforeTheBiasIsCorrected) {
  const float gradient = 1e-7F;
  const auto adam = make_optimizer(config_of("adam"), {{0, 1, ParameterRole::kernel}});
  std::vector<float> parameter{0.0F};
  adam->step(0.001, parameter, std::vector<float>{gradient});
  const auto g = static_cast<double>(gradient);
  EXPECT_NEAR(parameter[0], -0.001 * g / (g + 1e-7 / std::sqrt(0.001)), 2e-8);
}

TEST(Adam, LeavesParametersWithoutGradientAlone) {
  const auto adam = make_optimizer(config_of("adam"), {{0, 3, ParameterRole::kernel}});
  std::vector<float> parameters{1.0F, -2.0F, 3.0F};
  adam->step(0.001, parameters, std::vector<float>(3, 0.0F));
  EXPECT_EQ(parameters, (std::vector<float>{1.0F, -2.0F, 3.0F}));
}

/// Two parameters after a step, whose array has this role.
std::vector<float> after_a_step(const std::string& optimizer, ParameterRole role) {
  std::vector<float> parameters{1.0F, 2.0F};
  make_optimizer(config_of(optimizer), {{0, 2, role}})
      ->step(0.1, parameters, std::vector<float>{1e-2F, -1e-2F});
  return parameters;
}

TEST(WeightDecay, PullsKernelsAlone) {
  for (const ParameterRole role : {ParameterRole::kernel, ParameterRole::bias, ParameterRole::scale,
                                   ParameterRole::shift, ParameterRole::token}) {
    for (const std::string& kind : with_weight_decay()) {
      const bool pulled = after_a_step(kind + ": {weight_decay: 0.5}", role) !=
                          after_a_step(kind + ": {weight_decay: 0}", role);
      EXPECT_EQ(pulled, role == ParameterRole::kernel) << kind << " " << static_cast<int>(role);
    }
  }
}

TEST(Adamw, LeavesBiasesOutOfTheDecay) {
  const auto adamw = make("adamw: {weight_decay: 0.5}");
  std::vector<float> parameters(5, 1.0F);
  adamw->step(0.1, parameters, std::vector<float>(5, 0.0F));
  EXPECT_EQ(parameters, (std::vector<float>{0.95F, 0.95F, 0.95F, 1.0F, 1.0F}));
}

}  // namespace
}  // namespace jetrain
