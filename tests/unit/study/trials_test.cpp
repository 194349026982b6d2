#include "study/trials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

Config random_study(const std::string& parameter) {
  return parse_config(
      "data: {files: [a.h5]}\n"
      "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n"
      "study: {family: {random: {trials: 20, parameters: [" +
          parameter + "]}}}\n",
      "study.yaml");
}

TEST(Trials, DrawIntegersFromTheWholeRangeWithBothEnds) {
  std::vector<std::string> drawn;
  for (const Trial& trial : make_trials(random_study("{key: train.epochs, integers: [3, 5]}")))
    drawn.push_back(trial.values.at(0));
  EXPECT_THAT(drawn, testing::Each(testing::AnyOf("3", "4", "5")));
  for (const char* value : {"3", "4", "5"}) EXPECT_THAT(drawn, testing::Contains(value));
}

TEST(Trials, DrawIntegersFurtherApartThanASignedNumberReaches) {
  const auto trials =
      make_trials(random_study("{key: train.optimizer.adam.learning_rate, "
                               "integers: [-1, 9223372036854775807]}"));
  EXPECT_EQ(trials.size(), 20U);
  EXPECT_THROW(make_trials(random_study("{key: train.epochs, integers: [-9223372036854775808, "
                                        "9223372036854775807]}")),
               UsageError);
}

/// The message with which a study is refused; "" where it is not.
std::string refusal(const std::string& study) {
  return test::refusal_of([&] {
    make_trials(
        parse_config("data: {files: [a.h5]}\n"
                     "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n" +
                         study,
                     "study.yaml"));
  });
}

TEST(Trials, AreNamedWhereTheirConfigIsRefused) {
  EXPECT_THAT(
      refusal("study: {family: {variants: {variants: [{name: plain, set: []}, {name: sets, set: "
              "['input=constituents', 'constituents.most=-1']}]}}}\n"),
      testing::StartsWith("study.family, variant sets: --set constituents.most=-1: constituents.most:"));
  EXPECT_THAT(refusal("study: {family: {grid: {parameters: [{key: constituents.most, values: [100]}]}}}\n"),
              testing::StartsWith("study.family, variant constituents.most=100: "));
}

/// Of so many parameters with ten values each.
std::string grid(int parameters) {
  std::string text = "study: {family: {grid: {parameters: [";
  for (int i = 0; i < parameters; ++i) text += "{key: seed, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}, ";
  return text + "]}}";
}

TEST(Trials, AreCountedBeforeTheyAreMade) {
  EXPECT_EQ(refusal(grid(2) + "}"), "");
  EXPECT_THAT(refusal(grid(20) + "}"),
              testing::HasSubstr(
                  "study: 1e+20 trainings (1e+20 variants x 1 repeats x 1 folds), and at most 100000"));
  EXPECT_THAT(refusal(grid(400) + "}"), testing::HasSubstr("trainings"));
  EXPECT_THAT(refusal(grid(1) + ", repeats: 1000, folds: 1000}"),
              testing::HasSubstr("1e+07 trainings (10 variants x 1000 repeats x 1000 folds)"));
}

TEST(Trials, TakeNoMoreMemoryThanThereMayBe) {
  EXPECT_EQ(refusal("study: {repeats: 2}\n"), "");
  const std::string value(300'000, 'x');
  EXPECT_THAT(
      refusal("study: {repeats: 1000, folds: 10, family: {grid: {parameters: [{key: data.cache, values: [" +
              value + "]}]}}}\n"),
      testing::HasSubstr("whose configs are 3.0"));
}

/// What a member's config.yaml says is all that its training is made of.
TEST(Trials, SayTheirRowsInTheirConfigs) {
  const std::string base =
      "data: {files: [a.h5]}\n"
      "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n";
  const auto trials = make_trials(parse_config(
      base + "study: {folds: 3, repeats: 2, family: {learning_curve: {training_jets: [10, 20]}}}\n", "s"));
  ASSERT_EQ(trials.size(), 12U);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const DataConfig& data = trials[i].config.data;
    EXPECT_EQ(data.split.folds, 3);
    EXPECT_EQ(data.split.fold, static_cast<std::int64_t>(i % 3));
    EXPECT_EQ(data.limit.training_jets, i < 6 ? 10 : 20);
    EXPECT_EQ(trials[i].config.seed, 1 + i / 3 % 2);
    EXPECT_EQ(to_yaml(parse_config(to_yaml(trials[i].config), "member")), to_yaml(trials[i].config));
  }
  EXPECT_THAT(refusal("study: {folds: 3}\n"), testing::IsEmpty());
  EXPECT_THROW(make_trials(parse_config(base + "study: {folds: 3}\n", "s", {"data.split.folds=2"})),
               UsageError);
}

}  // namespace
}  // namespace jetrain
