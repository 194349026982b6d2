#include "pictures/gnuplot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "jetrain/error.hpp"
#include "pictures/gnuplot_script.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(GnuplotScript, QuotesAnyText) {
  EXPECT_EQ(gnuplot::literal("its \"a\"\nrun"), "'its \"a\"\\nrun'");
  EXPECT_EQ(gnuplot::literal("it's `a` \u03b5\\"), "\"it\\047s \\140a\\140 \u03b5\\134\"");
  EXPECT_EQ(gnuplot::literal("\x1b[31m\xff`id`"), "'\\x1b[31m\\xff`id`'");
}

TEST(GnuplotScript, KeepsWhatANumbersFormatWouldMean) {
  EXPECT_EQ(gnuplot::tick_label("5 % 'd'"), "\"5 \\045\\045 \\047d\\047\"");
  EXPECT_EQ(gnuplot::tick_label("%s"), "'%%s'");
}

TEST(GnuplotScript, HasThePalettesStops) {
  EXPECT_THAT(gnuplot::palette(), HasSubstr("(0 '#ffffff', 0.05 '#fde725', 1 '#90d743'"));
  EXPECT_THAT(gnuplot::signed_palette(), HasSubstr("(-1 '#004c7a', -0.5 '#5aa5d0', 0 '#ffffff', 0.5 "));
}

TEST(Gnuplot, IsLookedForInPath) {
  const std::string path = std::getenv("PATH");
  const test::TemporaryFolder folder;
  setenv("PATH", folder.file("").c_str(), 1);
  EXPECT_FALSE(has_gnuplot());
  std::filesystem::create_directory(folder.file("gnuplot"));
  EXPECT_FALSE(has_gnuplot()) << "a folder of that name is no program";
  setenv("PATH", path.c_str(), 1);
}

TEST(Gnuplot, DrawsEachFormat) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  const Figure figure{"f", "", "plot [0:1] x lc rgb GUIDE\n"};
  const std::vector<std::string> pictures =
      draw({{figure, PictureFormat::svg}, {figure, PictureFormat::png}, {figure, PictureFormat::pdf}});
  ASSERT_EQ(pictures.size(), 3U);
  EXPECT_THAT(pictures[0], HasSubstr("</svg>"));
  EXPECT_THAT(pictures[1], StartsWith("\x89PNG"));
  EXPECT_THAT(pictures[2], StartsWith("%PDF-"));
}

TEST(Gnuplot, DrawsAnyName) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  const std::string name = "a\nb \x1b[31m\xff\x01 \"c\" 'd' <e> & $(f) `g` % @h {i} \\j \u202e \u03b5";
  const Figure figure{"f", "", "plot [0:1] x title " + gnuplot::literal(name) + "\n"};
  const std::string svg = draw({{figure, PictureFormat::svg}}).front();
  EXPECT_THAT(svg, HasSubstr("a\\nb \\x1b[31m\\xff\\x01"));
  EXPECT_THAT(svg, HasSubstr("&lt;e> &amp; $(f) `g` % @h {i} \\j \\u202e \u03b5"));
  for (const std::string quoted : {"'first", "last'", "two''beside", "'", "''", "100 % s"}) {
    const Figure of{"f", "",
                    "set ylabel " + gnuplot::literal(quoted) + "\nset xtics (" + gnuplot::tick_label(quoted) +
                        " 0.5)\nplot [0:1] x notitle\n"};
    EXPECT_THAT(draw({{of, PictureFormat::svg}}).front(), HasSubstr(">" + quoted + "<"));
  }
}

TEST(Gnuplot, PassesOnWhatIsWrong) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  try {
    draw({{{"f", "", "plot nonsense\n"}, PictureFormat::svg}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("undefined variable: nonsense"));
  }
}

}  // namespace
}  // namespace jetrain
