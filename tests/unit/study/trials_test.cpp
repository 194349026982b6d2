#include "study/trials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "jetrain/error.hpp"

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

}  // namespace
}  // namespace jetrain
