#include "core/printable_text.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

using std::string_literals::operator""s;

TEST(PrintableText, LeavesLettersOfAnyLanguage) {
  for (const std::string text :
       {"runs/top 1", "h\u00e9\u03b5\u6f22\U0001f600", "'\"\\$(touch x)`%;&<b>", ""}) {
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(printable_line(text), text);
    EXPECT_EQ(printable_lines(text), text);
    EXPECT_EQ(utf8_text(text), text);
  }
}

TEST(PrintableText, ShowsWhatCommandsATerminal) {
  EXPECT_EQ(printable_line("a\nb\rc\td\x1b[31me\x7f\0"s), "a\\nb\\rc\\td\\x1b[31me\\x7f\\x00");
  EXPECT_EQ(printable_lines("a\nb\rc\td\x1b[31m"), "a\nb\\rc\td\\x1b[31m");
  EXPECT_EQ(printable_line("\u0085\u009b\u2028\u202e\u2066"), "\\u0085\\u009b\\u2028\\u202e\\u2066");
  EXPECT_EQ(utf8_text("a\n\x1b\0"s), "a\n\x1b\\x00");
}

TEST(PrintableText, ShowsBytesThatAreNoUtf8) {
  // Alone, cut off, longer than need be, a surrogate, above Unicode.
  for (const auto& [bytes, shown] : std::initializer_list<std::pair<std::string, std::string>>{
           {"a\xff", "a\\xff"},
           {"\x80z", "\\x80z"},
           {"\xc3", "\\xc3"},
           {"\xe6\xbcz", "\\xe6\\xbcz"},
           {"\xc0\xaf", "\\xc0\\xaf"},
           {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
           {"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},
           {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
           {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}}) {
    EXPECT_FALSE(is_utf8(bytes)) << shown;
    EXPECT_EQ(printable_line(bytes), shown);
    EXPECT_EQ(printable_lines(bytes), shown);
    EXPECT_EQ(utf8_text(bytes), shown);
  }
}

}  // namespace
}  // namespace jetrain
