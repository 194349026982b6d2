#include "study/parameter_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace jetrain {
namespace {

class ParameterFitTest : public testing::Test {
 protected:
  ParameterFitTest() {
    std::mt19937 engine(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    rate_.key = "rate";
    other_.key = "other";
    word_.key = "word";
    for (int i = 0; i < 60; ++i) {
      rate_.numbers.push_back(uniform(engine));
      other_.numbers.push_back(uniform(engine));
      rate_.texts.push_back(std::to_string(rate_.numbers.back()));
      other_.texts.push_back(std::to_string(other_.numbers.back()));
      word_.texts.push_back(i % 3 == 0 ? "relu" : i % 3 == 1 ? "tanh" : "gelu");
    }
  }
  ParameterColumn rate_, other_, word_;
};

TEST_F(ParameterFitTest, FindsTheParameterThatMatters) {
  std::vector<double> values;
  for (std::size_t i = 0; i < 60; ++i)
    values.push_back(5 - std::pow(rate_.numbers[i] - 0.2, 2) + 0.01 * other_.numbers[i]);
  const ParameterFit fit = fit_parameters(std::vector{rate_, other_, word_}, values);
  ASSERT_EQ(fit.importance.size(), 3U);
  EXPECT_GT(fit.importance[0], 0.9);
  EXPECT_LT(fit.importance[1], 0.05);
  EXPECT_LT(fit.importance[2], 0.05);
  EXPECT_GT(fit.explained, 0.95);
}

TEST_F(ParameterFitTest, TakesWordsAsClasses) {
  std::vector<double> values;
  for (std::size_t i = 0; i < 60; ++i) values.push_back(word_.texts[i] == "tanh" ? 1 : 2);
  const ParameterFit fit = fit_parameters(std::vector{other_, word_}, values);
  ASSERT_EQ(fit.importance.size(), 2U);
  EXPECT_LT(fit.importance[0], 0.02);
  EXPECT_GT(fit.importance[1], 0.9);
}

TEST_F(ParameterFitTest, IsNoneOfTooFewVariantsAndNothingOfAConstant) {
  ParameterColumn few = rate_;
  few.numbers.resize(4);
  few.texts.resize(4);
  EXPECT_TRUE(fit_parameters(std::vector{few}, std::vector<double>{1, 2, 3, 4}).importance.empty());
  const ParameterFit fit = fit_parameters(std::vector{rate_}, std::vector<double>(60, 3.0));
  EXPECT_EQ(fit.importance, std::vector<double>{0});
}

}  // namespace
}  // namespace jetrain
