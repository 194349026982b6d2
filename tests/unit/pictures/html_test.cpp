#include "pictures/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Html, EscapesWhatMeansSomethingInIt) {
  EXPECT_EQ(html_escaped("a <b> & \"c\" 'd'"), "a &lt;b&gt; &amp; &quot;c&quot; 'd'");
}

TEST(Html, ShowsWhatItDoesNotAllow) {
  EXPECT_EQ(html_escaped("a\nb\x1b[31m\x01\xff<"), "a\nb\\x1b[31m\\x01\\xff&lt;");
}

TEST(HtmlTable, HasNamedRowsAndAFooter) {
  HtmlTable table("a caption", {"layer", "", "parameters"});
  table.row("dense", {"(64)", "1"});
  table.footer("all", {"", "2"});
  EXPECT_EQ(table.html(),
            "<div class=\"wide\"><table><caption>a caption</caption>\n"
            "<thead><tr><th scope=\"col\">layer</th><th></th><th scope=\"col\">parameters</th></tr></thead>\n"
            "<tbody>\n<tr><th scope=\"row\">dense</th><td>(64)</td><td>1</td></tr>\n</tbody>\n"
            "<tfoot><tr><th scope=\"row\">all</th><td></td><td>2</td></tr></tfoot></table></div>\n");
}

TEST(HtmlTable, GoesWithoutCaption) {
  EXPECT_THAT(HtmlTable("", {""}).html(), Not(HasSubstr("caption")));
}

}  // namespace
}  // namespace jetrain
