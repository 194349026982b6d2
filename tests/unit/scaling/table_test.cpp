#include "scaling/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetrain {
namespace {

using testing::HasSubstr;

Table table() {
  return {{{"mode", 7, true}, {"jets/s", 10}, {"loss", 0, true}},
          {{"strong", "12", "none"}, {"weak", "3", "a < b"}}};
}

TEST(Table, IsPrintedInColumns) {
  EXPECT_EQ(to_text(table()), "mode       jets/s  loss\nstrong         12  none\nweak            3  a < b\n");
}

TEST(Table, StandsInAPageAsItIsPrinted) {
  const std::string html = to_html(table(), "caption");
  EXPECT_THAT(html, HasSubstr("<caption>caption</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">jets/s</th>"));
  EXPECT_THAT(
      html,
      HasSubstr("<tr><th scope=\"row\">weak</th><td><span>3</span></td><td><span>a &lt; b</span></td></tr>"));
}

TEST(Csv, HasALineOfKeysAndOneForEachObject) {
  EXPECT_EQ(to_csv({{{"mode", "strong"}, {"rate", 0.5}}, {{"mode", "weak"}, {"rate", 2}}}),
            "mode,rate\nstrong,0.5\nweak,2\n");
}

}  // namespace
}  // namespace jetrain
