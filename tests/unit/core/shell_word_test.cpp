#include "core/shell_word.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "temporary_folder.hpp"

namespace jetrain {
namespace {

TEST(ShellWord, IsReadByBashAsItWas) {
  const test::TemporaryFolder folder;
  std::string all_bytes;
  for (int byte = 1; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  const std::vector<std::string> words = {"plain",
                                          "two words",
                                          "it's \"quoted\"",
                                          "$(touch x)`id`;&|<>*?~#!",
                                          "back\\slash",
                                          "a\nb\r\tc",
                                          "\x1b[31m7",
                                          "\xff"
                                          "0",
                                          "\u03b5\u6f22",
                                          "-n",
                                          "",
                                          all_bytes};
  for (const std::string& word : words) {
    for (const std::string& quoted : {shell_word(word), shell_word_if_needed(word)}) {
      EXPECT_EQ(quoted.find('\n'), std::string::npos);
      std::ofstream(folder.file("script")) << "printf -- %s " << quoted << " >" << folder.file("out") << "\n";
      EXPECT_EQ(std::system(("LC_ALL=C bash " + folder.file("script")).c_str()), 0);
      EXPECT_EQ(test::content_of(folder.file("out")), word) << quoted;
    }
  }
}

TEST(ShellWord, IsPlainWhereItMayBe) {
  EXPECT_EQ(shell_word_if_needed("runs/a_1-b=c.h5"), "runs/a_1-b=c.h5");
  EXPECT_EQ(shell_word("runs"), "'runs'");
  EXPECT_EQ(shell_word_if_needed("two words"), "'two words'");
  EXPECT_EQ(shell_word_if_needed("a\nb"), "$'a\\012b'");
  EXPECT_EQ(shell_word_if_needed(""), "''");
}

}  // namespace
}  // namespace jetrain
