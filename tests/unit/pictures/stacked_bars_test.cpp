#include "pictures/stacked_bars.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "pictures/gnuplot.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(StackedBars, HaveARowABarAndAColumnAPart) {
  const std::string script =
      stacked_bars("", "", "ranks", "seconds", {"1x1", "2x1"}, {{"low", {1, 2}}, {"high", {3, 0.5}}}).script;
  EXPECT_THAT(script, AllOf(HasSubstr("$bars << END_OF_DATA\n1x1 1 3\n2x1 2 0.5\nEND_OF_DATA"),
                            HasSubstr("$bars using 2:xtic(1) fs solid 1.0 lc rgb '#0072B2' title 'low'"),
                            HasSubstr("$bars using 3:xtic(1) fs solid 0.4 lc rgb '#D55E00' title 'high'"),
                            HasSubstr("set xlabel 'ranks'"), HasSubstr("set ylabel 'seconds'"),
                            HasSubstr("set yrange [0:4.2]")));
}

TEST(StackedBars, WriteNamesAslantWhereTheyWouldMeet) {
  const std::vector<std::string> few(4, "16x12");
  const std::vector<std::string> many(12, "16x12");
  const auto script = [](const std::vector<std::string>& bars) {
    return stacked_bars("", "", "x", "y", bars, {{"a", std::vector<double>(bars.size(), 1)}}).script;
  };
  EXPECT_THAT(script(few), Not(HasSubstr("rotate")));
  EXPECT_THAT(script({"1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024"}),
              Not(HasSubstr("rotate")));
  EXPECT_THAT(script(many), HasSubstr("rotate"));
}

/// The vertical positions, downwards, of the last shape in the picture that is filled with `rgb`: the bar's;
/// the legend's stands before it.
std::vector<double> heights(const std::string& svg, const std::string& rgb) {
  const std::regex shape("fill = 'rgb\\(" + rgb + "\\)'[^>]*points = '([^']*)'");
  std::string points;
  for (std::sregex_iterator match(svg.begin(), svg.end(), shape), end; match != end; ++match)
    points = (*match)[1];
  std::istringstream words(points);
  std::vector<double> ys;
  char comma = ' ';
  for (double x = 0, y = 0; words >> x >> comma >> y;) ys.push_back(y);
  return ys;
}

TEST(StackedBars, StandOnOneAnother) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  const std::string svg =
      draw({{stacked_bars("", "", "x", "y", {"a"}, {{"low", {1}}, {"high", {3}}})}}).front();
  const std::vector<double> low = heights(svg, " *0, *114, *178");
  const std::vector<double> high = heights(svg, " *213, *94, *0");
  ASSERT_GE(low.size(), 4U);
  ASSERT_GE(high.size(), 4U);
  const auto [low_top, low_bottom] = std::minmax_element(low.begin(), low.end());
  const auto [high_top, high_bottom] = std::minmax_element(high.begin(), high.end());
  EXPECT_NEAR(*high_bottom, *low_top, 0.11);
  EXPECT_NEAR(*high_bottom - *high_top, 3 * (*low_bottom - *low_top), 0.4);
}

}  // namespace
}  // namespace jetrain
