#include "core/word.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetrain {
namespace {

enum class Colour { red, dark_green };
constexpr Word word_of(Colour colour) {
  switch (colour) {
    case Colour::red:
      return {"red", "as blood"};
    case Colour::dark_green:
      return {"dark green"};
  }
  return {};
}

enum class Plain { one };

TEST(Word, AnEnumerationWithoutWordsHasNone) {
  static_assert(Worded<Colour>);
  static_assert(!Worded<Plain>);
  static_assert(!Worded<int>);
}

TEST(Word, ValuesAreCountedFromTheirWords) {
  static_assert(kWordCount<Colour> == 2);
  EXPECT_THAT(kValues<Colour>, testing::ElementsAre(Colour::red, Colour::dark_green));
}

TEST(Word, NamesAValueWhole) {
  EXPECT_EQ(value_named<Colour>("dark green"), Colour::dark_green);
  for (const char* word : {"", "dark", "Red", "dark green "})
    EXPECT_EQ(value_named<Colour>(word), std::nullopt) << word;
}

TEST(Word, IsWhatIsPrinted) {
  EXPECT_EQ(fmt::format("{:>6}|{}", Colour::red, Colour::dark_green), "   red|dark green");
  EXPECT_THAT(words_of(std::vector{Colour::dark_green, Colour::red}),
              testing::ElementsAre("dark green", "red"));
}

}  // namespace
}  // namespace jetrain
