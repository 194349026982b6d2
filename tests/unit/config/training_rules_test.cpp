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

TEST(TrainingRules, WantToKnowWhenToLookAhead) {
  EXPECT_EQ(refusal("lookahead: {every_steps: 6, share: 0.8}"), "");
  EXPECT_EQ(refusal("lookahead: {share: 0.8}"),
            "train.lookahead.share: 0.8 is given without train.lookahead.every_steps, after how many steps");
}

}  // namespace
}  // namespace jetrain
