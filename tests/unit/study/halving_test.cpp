#include "study/halving.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace jetrain {
namespace {

/// "27x1 9x3 ...": variants x epochs of each rung.
std::vector<std::string> text_of(const std::vector<Bracket>& brackets) {
  std::vector<std::string> all;
  for (const Bracket& bracket : brackets) {
    std::string text = std::to_string(bracket.first) + ":";
    for (const auto& [epochs, variants] : bracket.rungs)
      text += " " + std::to_string(variants) + "x" + std::to_string(epochs);
    all.push_back(text);
  }
  return all;
}

HalvingFamily family(std::int64_t trials, std::int64_t keep, std::int64_t first, std::int64_t brackets) {
  HalvingFamily halving;
  halving.trials = trials;
  halving.keep_one_in = keep;
  halving.first_epochs = first;
  halving.brackets = brackets;
  return halving;
}

/// Table 1 of the paper on Hyperband: R = 81, eta = 3.
TEST(Halving, HasThePapersBrackets) {
  EXPECT_EQ(text_of(brackets_of(family(81, 3, 1, 0), 81)),
            (std::vector<std::string>{"0: 81x1 27x3 9x9 3x27 1x81", "81: 34x3 11x9 3x27 1x81",
                                      "115: 15x9 5x27 1x81", "130: 8x27 2x81", "138: 5x81"}));
}

TEST(Halving, EndsWithTheConfigsEpochs) {
  EXPECT_EQ(text_of(brackets_of(family(10, 2, 3, 1), 20)),
            (std::vector<std::string>{"0: 10x3 5x6 2x12 1x20"}));
  EXPECT_EQ(text_of(brackets_of(family(5, 2, 30, 3), 20)), (std::vector<std::string>{"0: 5x20"}));
  EXPECT_EQ(text_of(brackets_of(family(2, 3, 1, 2), 9)),
            (std::vector<std::string>{"0: 2x1 1x3 1x9", "2: 1x3 1x9"}));
}

TEST(Halving, HasRungsForAnyNumberOfEpochs) {
  const auto brackets = brackets_of(family(100, 2, 1, 0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(brackets.size(), 64U);
  EXPECT_EQ(brackets.front().rungs.back().epochs, std::numeric_limits<std::int64_t>::max());
  for (const Bracket& bracket : brackets) {
    for (const Bracket::Rung& rung : bracket.rungs) EXPECT_GE(rung.variants, 1);
  }
}

TEST(Halving, LetsTheBestGoOn) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  using Variants = std::vector<std::size_t>;
  const std::vector<double> values = {0.5, kNaN, 0.25, 0.5, 0.75};
  const Variants variants = {3, 4, 7, 8, 9};
  EXPECT_EQ(best_of(variants, values, 2), (Variants{3, 7}));  // the first of two equal ones
  EXPECT_EQ(best_of(variants, values, 3), (Variants{3, 7, 8}));
  EXPECT_EQ(best_of(variants, values, 5), variants);  // one without value is the last
  EXPECT_EQ(best_of(variants, values, 4), (Variants{3, 7, 8, 9}));
  EXPECT_EQ(best_of(variants, values, 9), variants);
}

}  // namespace
}  // namespace jetrain
