#include "config/yaml_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

std::string repeated(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

/// Nine lists, each of nine aliases of the one before.
std::string alias_bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    text += name + ": &" + name + " [" + before + repeated(", " + before, 8) + "]\n";
  }
  return text;
}

/// "LINE: what" with which a text is refused; "" where it is not.
std::string refusal(const std::string& text) {
  return test::refusal_of([&] {
    load_yaml(text, [](int line, const std::string& what) {
      throw UsageError(std::to_string(line) + ": " + what);
    });
  });
}

TEST(YamlText, TakesAliasesOfWhatHasEnded) {
  const YAML::Node node =
      load_yaml("a: &a [1, 2]\nb: *a\nc: {d: *a}\n", [](int, const std::string& what) { FAIL() << what; });
  EXPECT_EQ(node["c"]["d"][1].as<int>(), 2);
}

TEST(YamlText, IsEmpty) {
  EXPECT_EQ(refusal(""), "");
  EXPECT_EQ(refusal("# nothing\n"), "");
}

TEST(YamlText, MayNotStandInItself) {
  EXPECT_THAT(refusal("seed: 1\nb: &a [*a]\n"),
              HasSubstr("1: the alias *a stands inside of what it stands for"));
  EXPECT_THAT(refusal("data: &x {<<: *x}\n"), HasSubstr("the alias *x stands inside"));
  EXPECT_THAT(refusal("a: &a\n  b: &b\n    - c: *a\n"), HasSubstr("2: the alias *a"));
  EXPECT_THAT(refusal("a: &a {? *a : 1}\n"), HasSubstr("0: the alias *a"));
}

TEST(YamlText, HasNotMoreValuesThanAliasesStandFor) {
  EXPECT_THAT(refusal(alias_bomb()), HasSubstr("6: up to here are more than 1000000 values"));
  const std::string text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [*a" + repeated(", *a", 80) + "]\n";
  EXPECT_THAT(refusal(text), HasSubstr("or 64 MB of them"));
}

TEST(YamlText, IsNotDeeperThanAnybodyNeeds) {
  EXPECT_EQ(refusal(repeated("[", 100) + repeated("]", 100)), "");
  for (const int depth : {101, 1000, 100000}) {
    EXPECT_THAT(refusal(repeated("[", depth) + repeated("]", depth)), HasSubstr("nested more than 100 deep"));
    EXPECT_THAT(refusal(repeated("{a: ", depth)), HasSubstr("nested more than 100 deep"));
    EXPECT_THAT(refusal(repeated("- ", depth)), HasSubstr("nested more than 100 deep"));
  }
}

TEST(YamlText, IsNotLongerThanAConfigCanBe) {
  EXPECT_THAT(refusal(std::string(kLongestConfig + 1, '#')),
              HasSubstr("-1: is longer than a config can be (16 MB)"));
}

TEST(YamlText, IsRefusedInConfigsAndInAssignments) {
  const auto of_config = [](const std::string& text, const std::vector<std::string>& assignments) {
    try {
      parse_config(text, "bomb.yaml", assignments);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(of_config("image: {}\nseed: &a [*a]\n", {}), testing::StartsWith("bomb.yaml:2: the alias *a"));
  EXPECT_THAT(of_config("", {"seed=&a [*a]"}),
              testing::StartsWith("--set seed=&a [*a]: the value: the alias *a"));
}

}  // namespace
}  // namespace jetrain
