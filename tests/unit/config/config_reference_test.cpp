#include "config/config_reference.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>

#include "config/config_values.hpp"
#include "config/schema.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

const std::string& reference() {
  static const std::string text = config_reference();
  return text;
}

/// The part under a heading, up to the next one.
std::string section(const std::string& heading) {
  const std::string line = "### " + heading + "\n";
  const std::size_t begin = reference().find(line);
  if (begin == std::string::npos) return "";
  return reference().substr(begin, reference().find("\n### ", begin) - begin);
}

/// One word a kind: of each alternative of a choice.
template <class... Kinds>
std::vector<std::string> names_of(std::type_identity<std::variant<Kinds...>>) {
  return {Kinds::kName...};
}
template <class Choice>
std::vector<std::string> kinds() {
  return names_of(std::type_identity<decltype(Choice::kind)>{});
}

// train.optimizer.adam.learning_rate is learning_rate of adam, one of train.optimizer.
TEST(ConfigReference, HasEveryKeyOfADefaultConfig) {
  const std::vector<std::pair<std::string, std::string>> values = config_values(Config{});
  ASSERT_GT(values.size(), 50U);
  for (const auto& [key, value] : values) {
    std::string found = key.substr(0, key.find('['));
    while (reference().find(fmt::format("\n| `{}` |", found)) == std::string::npos && !found.empty())
      found = found.substr(0, found.find_last_of('.') == std::string::npos ? 0 : found.find_last_of('.'));
    EXPECT_NE(found, "") << key;
    if (found.size() < key.find('[') && found != key) {
      const std::string rest = key.substr(found.size() + 1);
      EXPECT_THAT(reference(), HasSubstr(fmt::format("\n| `{}` | | | ", rest.substr(0, rest.find('.')))))
          << key;
      EXPECT_THAT(reference(), HasSubstr(fmt::format("\n| | `{}` |", rest.substr(rest.find('.') + 1))))
          << key;
    }
  }
}

TEST(ConfigReference, HasEveryKind) {
  const auto expect_all = [](const std::vector<std::string>& names, const std::string& heading) {
    for (const std::string& name : names)
      EXPECT_THAT(section(heading), HasSubstr(fmt::format("\n| `{}` | | | ", name))) << heading;
  };
  expect_all(kinds<ConstituentFeatureConfig>(), "Constituent features");
  expect_all(kinds<LayerConfig>(), "Layers");
  expect_all(kinds<InitializerConfig>(), "Initializers");
  expect_all(kinds<LossConfig>(), "Losses");
  expect_all(kinds<OptimizerConfig>(), "Optimizers");
  expect_all(kinds<ScheduleConfig>(), "Schedules");
  expect_all(kinds<FamilyConfig>(), "Study families");
}

TEST(ConfigReference, SaysDefaultRangeAndMeaning) {
  EXPECT_THAT(section("image"),
              HasSubstr("| `image.bins` | 40 | pixels of each axis | a whole number, from 1 to 255 |"));
  EXPECT_THAT(section("train"),
              HasSubstr("| `train.optimizer` | adam | how | one of the [optimizers](#optimizers) |"));
  EXPECT_THAT(
      section("validation"),
      HasSubstr("| root | who validates; the same bits | `root`: rank 0 alone; `all`: all ranks share"));
  EXPECT_THAT(section("Layers"),
              HasSubstr("| | `units` | required | outputs | a whole number, from 1 to 1000000 |"));
  EXPECT_THAT(section("Layers"),
              HasSubstr("| | `regularizer.l2` | 0 | adds l2 times the sum of w^2 | a number, at least 0 |"));
  EXPECT_THAT(section("Study families"), HasSubstr("drawn from here | a list of numbers, [low, high] |"));
}

// Of a key: default, meaning, what it may be; of a kind: its meaning.
TEST(ConfigReference, LeavesNothingOut) {
  const std::regex key("\\|( \\|)? `[^`]+` \\| [^|]+ \\| [^| ][^|]* \\| [^| ][^|]* \\|");
  const std::regex kind("\\| `[a-z0-9_]+` \\| \\| \\| [^| ][^|]* \\| \\|");
  std::istringstream lines(reference());
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `") && !line.starts_with("| |")) continue;
    ++rows;
    EXPECT_TRUE(std::regex_match(line, key) || std::regex_match(line, kind)) << line;
  }
  EXPECT_GT(rows, 150);
}

TEST(ConfigReference, LinksLeadToItsHeadings) {
  const std::regex link("\\]\\(#([a-z-]+)\\)");
  int links = 0;
  for (std::sregex_iterator it(reference().begin(), reference().end(), link), end; it != end; ++it, ++links) {
    std::string heading = (*it)[1];
    heading.front() = static_cast<char>(std::toupper(heading.front()));
    std::replace(heading.begin(), heading.end(), '-', ' ');
    EXPECT_NE(section(heading), "") << heading;
  }
  EXPECT_GT(links, 5);
}

}  // namespace
}  // namespace jetrain
