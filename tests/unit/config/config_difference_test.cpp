#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Config with(const std::vector<std::string>& assignments) {
  return parse_config("model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n", "a.yaml",
                      assignments, false);
}

TEST(ConfigDifference, EqualConfigsHaveNone) {
  EXPECT_THAT(differing_keys(with({}), with({})), IsEmpty());
  EXPECT_THAT(differing_keys(with({}), with({"train.batch_size=50"})), IsEmpty());  // its default
}

TEST(ConfigDifference, NamesDottedKeys) {
  EXPECT_THAT(differing_keys(with({}), with({"seed=2", "image.bins=20"})), ElementsAre("seed", "image.bins"));
  EXPECT_THAT(differing_keys(with({}), with({"train.optimizer={adam: {learning_rate: 0.01}}"})),
              ElementsAre("train.optimizer.adam.learning_rate"));
}

TEST(ConfigDifference, NamesElementsOfLists) {
  EXPECT_THAT(differing_keys(with({}), with({"data.files=[a.h5, b.h5]"})),
              ElementsAre("data.files[0]", "data.files[1]"));
}

}  // namespace
}  // namespace jetrain
