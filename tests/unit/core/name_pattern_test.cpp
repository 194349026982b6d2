#include "core/name_pattern.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

TEST(NamePattern, IsOfTheWholeName) {
  EXPECT_TRUE(matches("dense", "dense"));
  EXPECT_FALSE(matches("dense", "dense_1"));
  EXPECT_TRUE(matches("dense*", "dense_1"));
  EXPECT_TRUE(matches("*", "dense_1"));
  EXPECT_FALSE(matches("dense_?", "dense_10"));
  EXPECT_TRUE(matches("dense_[0-3]", "dense_2"));
  EXPECT_FALSE(matches("dense_[0-3]", "dense_4"));
}

TEST(NamePattern, SaysTheMoreTheMoreLettersStandForThemselves) {
  EXPECT_GT(specificity("dense"), specificity("dense_1234567*"));
  EXPECT_GT(specificity("dense_?"), specificity("dense*"));
  EXPECT_EQ(specificity("dense*"), specificity("*dense"));
  EXPECT_EQ(specificity("dense_[0-9]"), specificity("dense_?"));
  EXPECT_EQ(specificity("*"), 0U);
}

}  // namespace
}  // namespace jetrain
