#include "report/plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LinePlot, DrawsEveryPointAndNamesEverySeries) {
  const std::string svg =
      line_plot({"title", "x", "y", true, true}, {{"one & two", {{1, 10, 9, 11}, {2, 20, 20, 20}}, false}});
  EXPECT_THAT(svg, HasSubstr("one &amp; two"));
  std::size_t marks = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1))
    ++marks;
  EXPECT_EQ(marks, 2U);
}

TEST(LinePlot, LeavesOutWhatCannotBeShown) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::string svg =
      line_plot({"", "", "", true, true}, {{"", {{1, 0, 0, 0}, {0, 1, 1, 1}, {1, kNan, kNan, kNan}}, false}});
  EXPECT_THAT(svg, Not(HasSubstr("<circle")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(StackedBars, StandOnOneAnother) {
  const std::string svg = stacked_bars({"t", "x", "y"}, {"a"}, {{"low", {{0, 1}}}, {"high", {{0, 3}}}});
  double y_low = 0;
  double h_low = 0;
  double y_high = 0;
  double h_high = 0;
  const char* low = svg.c_str() + svg.find("fill=\"#0072B2\"");
  const auto value = [&](const char* end, const char* key) {
    const std::string before(svg.c_str(), end);
    return std::stod(before.substr(before.rfind(key) + std::string(key).size()));
  };
  y_low = value(low, "y=\"");
  h_low = value(low, "height=\"");
  const char* high = svg.c_str() + svg.find("fill=\"#D55E00\"");
  y_high = value(high, "y=\"");
  h_high = value(high, "height=\"");
  EXPECT_NEAR(y_high + h_high, y_low, 0.11);
  EXPECT_NEAR(h_high, 3 * h_low, 0.4);
}

}  // namespace
}  // namespace jetrain
