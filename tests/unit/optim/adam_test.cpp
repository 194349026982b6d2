#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "jetrain/kernels/exact_sum.hpp"
#include "jetrain/optim/optimizer.hpp"

namespace jetrain {
namespace {

/// Exact sums of `gradient` over one sample.
std::vector<std::int64_t> exact_sums(const std::vector<double>& gradient) {
  std::vector<std::int64_t> sums;
  for (const double g : gradient) sums.push_back(std::llround(g / kernels::kExactUnit));
  return sums;
}

// Numbers from tests/data/make_adam_reference.py, computed in double precision. The tolerance is what float32
// parameters and moments cost over a hundred steps: a few roundings of the parameter itself.
TEST(Adam, FollowsKerasForAHundredSteps) {
  const auto reference = nlohmann::json::parse(std::ifstream(TEST_DATA_DIR "/adam_reference.json"));
  const auto scale = reference["scale"].get<std::vector<double>>();
  auto parameters = reference["start"].get<std::vector<float>>();
  const auto count = static_cast<std::int64_t>(parameters.size());
  const auto adam = make_optimizer(AdamConfig{}, count);
  std::size_t compared = 0;
  for (int t = 1; t <= 100; ++t) {
    std::vector<double> gradient;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      gradient.push_back(((37 * t + 101 * static_cast<int>(i)) % 1021 - 510) * scale[i]);
    }
    adam->begin_step();
    adam->update({0, count}, parameters.data(), exact_sums(gradient).data(), kernels::kExactUnit);
    if (!reference["after"].contains(std::to_string(t))) continue;
    const auto expected = reference["after"][std::to_string(t)].get<std::vector<double>>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(parameters[i], expected[i], 5e-6 * std::max(1.0, std::abs(expected[i]))) << t << " " << i;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 4 * scale.size());
}

// The first step moves by lr * g / (|g| + epsilon / sqrt(1 - beta_2)) in this form, which tells it from
// PyTorch's for gradients near epsilon.
TEST(Adam, AddsEpsilonBeforeTheBiasIsCorrected) {
  const double gradient = 1e-7;
  const auto adam = make_optimizer(AdamConfig{}, 1);
  float parameter = 0;
  adam->begin_step();
  adam->update({0, 1}, &parameter, exact_sums({gradient}).data(), kernels::kExactUnit);
  EXPECT_NEAR(parameter, -0.001 * gradient / (gradient + 1e-7 / std::sqrt(0.001)), 2e-8);
}

TEST(Adam, GivesTheSameBitsHoweverTheRangeIsCut) {
  const std::int64_t count = 53;
  const auto whole = make_optimizer(AdamConfig{}, count);
  const auto cut = make_optimizer(AdamConfig{}, count);
  std::vector<float> a(static_cast<std::size_t>(count), 0.5F);
  std::vector<float> b = a;
  for (int t = 1; t <= 10; ++t) {
    std::vector<double> gradient;
    for (int i = 0; i < count; ++i) gradient.push_back(std::sin(t + 0.1 * i));
    const auto sums = exact_sums(gradient);
    whole->begin_step();
    whole->update({0, count}, a.data(), sums.data(), kernels::kExactUnit);
    cut->begin_step();
    cut->update({32, count}, b.data(), sums.data(), kernels::kExactUnit);
    cut->update({0, 16}, b.data(), sums.data(), kernels::kExactUnit);
    cut->update({16, 32}, b.data(), sums.data(), kernels::kExactUnit);
  }
  EXPECT_EQ(a, b);
}

TEST(Adam, GoesOnWhereAnotherStopped) {
  const auto first = make_optimizer(AdamConfig{}, 2);
  std::vector<float> parameters{1.0F, -2.0F};
  const auto step = [&](Optimizer& adam, std::vector<float>& values, double gradient) {
    const auto sums = exact_sums({gradient, -2 * gradient});
    adam.begin_step();
    adam.update({0, 2}, values.data(), sums.data(), kernels::kExactUnit);
  };
  for (const double gradient : {0.5, -0.25, 0.125}) step(*first, parameters, gradient);

  const auto second = make_optimizer(AdamConfig{}, 2);
  std::vector<float> copy = parameters;
  second->set_steps(first->steps());
  const auto from = first->state();
  const auto to = second->state();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i)
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  for (const double gradient : {0.75, 0.5}) {
    step(*first, parameters, gradient);
    step(*second, copy, gradient);
  }
  EXPECT_EQ(parameters, copy);
}

TEST(Adam, LeavesParametersWithoutGradientAlone) {
  const auto adam = make_optimizer(AdamConfig{}, 3);
  std::vector<float> parameters{1.0F, -2.0F, 3.0F};
  const std::vector<std::int64_t> sums(3, 0);
  adam->begin_step();
  adam->update({0, 3}, parameters.data(), sums.data(), 1.0);
  EXPECT_EQ(parameters, (std::vector<float>{1.0F, -2.0F, 3.0F}));
  EXPECT_EQ(adam->learning_rate(), 0.001);
}

}  // namespace
}  // namespace jetrain
