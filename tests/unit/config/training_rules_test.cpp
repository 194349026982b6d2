#include "config/training_rules.hpp"

#include <gtest/gtest.h>

#include "config/config.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

/// What is said of a `train` section with these keys, without the file's name.
std::string refusal(const std::string& keys) {
  const std::string text = test::refusal_of([&] {
    parse_config("model: {layers: [flatten]}\ntrain: {epochs: 10, " + keys + "}\n", "test.yaml", {}, false);
  });
  const std::string file = "test.yaml: ";
  return text.starts_with(file) ? text.substr(file.size()) : text;
}

TEST(TrainingRules, WantOneWayToAverageThatComesToBe) {
  EXPECT_EQ(refusal("average: {equal: {from_epoch: 10}}"), "");
  EXPECT_EQ(refusal("average: {decay: 0.9, equal: {from_epoch: 5}}"),
            "train.average: decay and equal.from_epoch are two ways to average: leave out one of them");
  EXPECT_EQ(
      refusal("average: {equal: {from_epoch: 11}}"),
      "train.average.equal.from_epoch: 11 is beyond train.epochs 10, so that nothing would be averaged: "
      "begin earlier, or train longer");
  EXPECT_EQ(refusal("average: {equal: {every_steps: 3}}"),
            "train.average.equal: needs from_epoch, the first epoch whose weights join the average");
  EXPECT_EQ(
      refusal("average: {equal: {from_epoch: 5, learning_rate_factor: 0.5}}, schedule: reduce_on_plateau"),
      "train.average.equal.learning_rate_factor: sets the learning rate, and so does reduce_on_plateau: "
      "leave out one of them");
  EXPECT_EQ(refusal("average: {equal: {from_epoch: 5}}, schedule: reduce_on_plateau"), "");
  EXPECT_EQ(
      refusal("average: {equal: {from_epoch: 5, anneal_epochs: 2}}"),
      "train.average.equal: anneal and anneal_epochs are of learning_rate_factor, which is not given: the "
      "schedule goes on");
}

TEST(TrainingRules, WantBatchesInTheOrderOfTheirEpochs) {
  EXPECT_EQ(refusal("batch_schedule: [{from_epoch: 2, batch_size: 64}, {from_epoch: 5, batch_size: 32}]"),
            "");
  EXPECT_EQ(refusal("batch_schedule: [{from_epoch: 5, batch_size: 64}, {from_epoch: 5, batch_size: 128}]"),
            "train.batch_schedule[1].from_epoch: 5 must be later than the entry before it");
  EXPECT_EQ(refusal("batch_schedule: [{from_epoch: 5}]"),
            "train.batch_schedule[0]: needs from_epoch and batch_size");
  EXPECT_NE(refusal("batch_schedule: [{from_epoch: 1, batch_size: 64}]").find("must be from 2 to"),
            std::string::npos);
}

TEST(TrainingRules, WantToKnowWhenToLookAhead) {
  EXPECT_EQ(refusal("lookahead: {every_steps: 6, share: 0.8}"), "");
  EXPECT_EQ(refusal("lookahead: {share: 0.8}"),
            "train.lookahead.share: 0.8 is given without train.lookahead.every_steps, after how many steps");
}

}  // namespace
}  // namespace jetrain
