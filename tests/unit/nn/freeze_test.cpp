// Layers that are not trained (train.freeze): what is not computed for them, and what is said of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inference/model_input.hpp"
#include "jetrain/error.hpp"
#include "nn/layer_choice.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kNetwork =
    "conv2d: {filters: 2, kernel: 3}, batch_norm, conv2d: {filters: 2, kernel: 3}, flatten, dense: {units: "
    "4}, "
    "dense: {units: 2, activation: softmax}";

Config config_of(const std::string& train) {
  return parse_config(
      std::string("image: {bins: 8}\nmodel: {layers: [") + kNetwork + "]}\ntrain: {" + train + "}\n",
      "test.yaml", {}, false);
}
Model model_of(const std::string& train) {
  return make_model(config_of(train));
}
std::string refusal_of(const std::string& train) {
  return test::refusal_of<UsageError>([&] { model_of(train); });
}

std::vector<std::string> names_of(const Model& model, const auto& chosen) {
  std::vector<std::string> names;
  for (const Node& node : model.nodes())
    if (chosen(node)) names.push_back(node.name);
  return names;
}

TEST(Freeze, EndsTheWayBackAtTheLowestTrainedLayer) {
  const Model model = model_of("freeze: ['conv2d*', batch_norm]");
  EXPECT_THAT(names_of(model, [](const Node& node) { return node.frozen; }),
              ElementsAre("conv2d", "batch_norm", "conv2d_1"));
  EXPECT_THAT(names_of(model, [](const Node& node) { return node.goes_back; }),
              ElementsAre("dense", "dense_1"));
  EXPECT_THAT(names_of(model, [](const Node& node) { return node.wants_gradients(); }),
              ElementsAre("dense_1"));
}

TEST(Freeze, PassesTheGradientThroughWhatIsFrozenAboveATrainedLayer) {
  const Model model = model_of("freeze: [batch_norm, dense]");
  EXPECT_THAT(names_of(model, [](const Node& node) { return !node.goes_back; }), ElementsAre());
  EXPECT_THAT(names_of(model, [](const Node& node) { return node.wants_gradients(); }),
              ElementsAre("batch_norm", "conv2d_1", "flatten", "dense", "dense_1"));
}

TEST(Freeze, LeavesSumsOnlyForWhatIsTrainedAndKeepsTheArena) {
  const Model whole = model_of("");
  const Model model = model_of("freeze: ['conv2d*', batch_norm]");
  EXPECT_EQ(model.parameter_count(), whole.parameter_count());
  // batch_norm's averages have no sums either.
  EXPECT_EQ(model.sum_count(), whole.sum_count() - model.frozen_count() - 4);
  EXPECT_EQ(model.sum_count(), 4 * 4 * 2 * 4 + 4 + 4 * 2 + 2);
  for (std::size_t i = 0; i < whole.parameter_views().size(); ++i) {
    EXPECT_EQ(model.parameter_views()[i].offset, whole.parameter_views()[i].offset);
    EXPECT_EQ(whole.parameter_views()[i].sums, whole.parameter_views()[i].offset);
  }
  EXPECT_LT(model.multiply_adds_training(), whole.multiply_adds_training());
}

TEST(Freeze, IsSaidInTheSummary) {
  const Model model = model_of("freeze: ['conv2d*']");
  EXPECT_THAT(model.summary(), HasSubstr("            20  frozen\n"));
  EXPECT_THAT(model.summary(),
              HasSubstr("Parameters: " + std::to_string(model.parameter_count()) + " (0.0 MB), " +
                        std::to_string(model.trainable_count() - 20 - 38) + " of them trainable"));
}

TEST(Freeze, IsRefusedWhereItNamesNothingOrAll) {
  EXPECT_EQ(refusal_of("freeze: [dense_2]"),
            "train.freeze: dense_2 matches no layer (did you mean dense_1?): there are conv2d, batch_norm, "
            "conv2d_1, dense, dense_1");
  EXPECT_THAT(refusal_of("freeze: [flatten]"), HasSubstr("train.freeze: flatten matches no layer"));
  EXPECT_THAT(refusal_of("freeze: ['*']"), HasSubstr("nothing is left to train"));
}

TEST(RateFactors, AreOfTheMostSpecialPatternWhateverTheirOrder) {
  const std::vector<std::string> layers{"conv2d", "conv2d_1", "dense", "dense_1"};
  EXPECT_THAT(rate_factors({{{"*", 0.5}, {"conv2d*", 0.1}, {"conv2d_1", 3}, {"dense_?", 2}}}, layers),
              ElementsAre(0.1, 3, 0.5, 2));
  EXPECT_THAT(rate_factors({{{"conv2d", 0.1}, {"conv2d*", 2}}}, layers), ElementsAre(0.1, 2, 1, 1));
}

TEST(RateFactors, AreRefusedWhereTheyDoNotDecide) {
  EXPECT_THAT(refusal_of("learning_rate_factors: {pool: 2}"),
              HasSubstr("train.learning_rate_factors: pool matches no layer"));
  EXPECT_EQ(refusal_of("learning_rate_factors: {'dense*': 2, 'd*ense': 3}"),
            "train.learning_rate_factors: d*ense and dense* say as much of dense, and differ: name the layer "
            "itself");
  EXPECT_THAT(refusal_of("freeze: ['conv2d*'], learning_rate_factors: {'conv*': 2}"),
              HasSubstr("conv* matches frozen layers only"));
  EXPECT_EQ(
      test::refusal_of<UsageError>([] { config_of("learning_rate_factors: {dense: 0}"); }),
      "test.yaml:3: train.learning_rate_factors.dense: must be above 0, not 0 (train.freeze names layers "
      "that stay as they are)");
}

TEST(RateFactors, StandInTheConfigThatIsWritten) {
  const Config config = config_of("learning_rate_factors: {'*_1': 0.25, dense: 2}, freeze: batch_norm");
  const Config again = parse_stored_config(to_yaml(config), "again");
  EXPECT_EQ(again.train.learning_rate_factors.of, config.train.learning_rate_factors.of);
  EXPECT_THAT(again.train.freeze, ElementsAre("batch_norm"));
  EXPECT_THAT(differing_keys(config, config_of("freeze: batch_norm")),
              ElementsAre("train.learning_rate_factors.*_1", "train.learning_rate_factors.dense"));
}

}  // namespace
}  // namespace jetrain
