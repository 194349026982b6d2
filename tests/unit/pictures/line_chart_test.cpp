#include "pictures/line_chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "pictures/gnuplot.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const ChartAxis kWorkers{"workers", ChartAxis::Scale::doubled};
const ChartAxis kRate{"jets/s", ChartAxis::Scale::decades};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(LineChart, DrawsEveryPointAndNamesEveryLineAndAxis) {
  const Figure figure =
      line_chart("chart", "caption", kWorkers, kRate, {{"it's one", {{1, 10, 9, 11}, {2, 20, 20, 20}}}});
  EXPECT_EQ(figure.name, "chart");
  EXPECT_EQ(figure.caption, "caption");
  EXPECT_THAT(figure.script, AllOf(HasSubstr("$line0 << END_OF_DATA\n1 10\n2 20\nEND_OF_DATA"),
                                   HasSubstr(R"(title "it\047s one")"), HasSubstr("set xlabel 'workers'"),
                                   HasSubstr("set ylabel 'jets/s'")));
  // The one point that has a range, and no bar of no height through the other.
  EXPECT_THAT(figure.script, HasSubstr("$bars0 << END_OF_DATA\n1 10 9 11\nEND_OF_DATA"));
}

TEST(LineChart, TellsLinesApartWithoutColour) {
  const std::string script =
      line_chart("", "", kWorkers, {"y"}, {{"a", {{1, 1}}}, {"b", {{1, 2}}}, {"ideal", {{1, 3}}, true}})
          .script;
  EXPECT_THAT(script, AllOf(HasSubstr("pt 7 ps 0.7 lc rgb '#0072B2' title 'a'"),
                            HasSubstr("pt 5 ps 0.7 lc rgb '#D55E00' title 'b'"),
                            HasSubstr("with lines lw 1.5 dt (6,4) lc rgb GUIDE title 'ideal'")));
}

TEST(LineChart, LeavesOutWhatCannotBeShown) {
  const std::string script =
      line_chart("", "", kWorkers, kRate, {{"a", {{1, 0}, {0, 1}, {1, kNan}}}, {"b", {{4, 8, -1, 9}}}})
          .script;
  EXPECT_THAT(script, AllOf(Not(HasSubstr("$line0")), Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
  EXPECT_THAT(script, AllOf(HasSubstr("$line1 << END_OF_DATA\n4 8\nEND_OF_DATA"), Not(HasSubstr("$bars1"))));
  // On a linear axis all numbers can be shown.
  EXPECT_THAT(line_chart("", "", kWorkers, {"y"}, {{"a", {{1, 0}, {2, -3}}}}).script,
              HasSubstr("$line0 << END_OF_DATA\n1 0\n2 -3\nEND_OF_DATA"));
}

TEST(LineChart, HasTicksAroundItsValues) {
  const std::string script =
      line_chart("", "", kWorkers, kRate, {{"a", {{1, 900, 450, 1400}, {12, 6000}}}}).script;
  EXPECT_THAT(script, HasSubstr("set xtics (1, 2, 4, 8, 16)"));
  EXPECT_THAT(script, HasSubstr("set ytics (200, 500, 1000, 2000, 5000, 10000)"));
  const std::string one = line_chart("", "", kWorkers, kRate, {{"a", {{4, 1000}}}}).script;
  EXPECT_THAT(one, AllOf(HasSubstr("set xtics (4, 8)"), HasSubstr("set ytics (1000, 2000)")));
  const std::string many = line_chart("", "", kWorkers, {"y"}, {{"a", {{1, 0.5}, {65536, 0.1}}}}).script;
  EXPECT_THAT(many, HasSubstr("set xtics (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536)"));
  EXPECT_THAT(many, HasSubstr("set yrange [0:0.525]"));
  EXPECT_THAT(line_chart("", "", kWorkers, {"y"}, {{"a", {{524288, 0.5}, {1048576, 0.1}}}}).script,
              HasSubstr("set format x '%.10g'\nset xtics (524288, 1048576)"));
}

TEST(LineChart, CanBeDrawn) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  const std::vector<std::string> pictures =
      draw({{line_chart("a", "", kWorkers, kRate, {{"one & two", {{1, 10, 9, 11}, {2, 20}}}})},
            {line_chart("b", "", kWorkers, {"y"}, {{"nothing", {{1, kNan}}}})},
            {line_chart("c", "", kWorkers, {"y"}, {})}});
  EXPECT_THAT(pictures, testing::Each(HasSubstr("</svg>")));
  EXPECT_THAT(pictures[0], AllOf(HasSubstr("one &amp; two"), HasSubstr("jets/s")));
}

}  // namespace
}  // namespace jetrain
