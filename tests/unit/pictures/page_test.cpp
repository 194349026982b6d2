#include "pictures/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pictures/gnuplot.hpp"
#include "pictures/html.hpp"
#include "pictures/palette.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Page, EscapesPlainTextOnly) {
  const std::string html = html_page("a <run>", {{"Tops & QCD", "<p>text</p>\n" + note_html("1 < 2"), {}}});
  EXPECT_THAT(html,
              AllOf(HasSubstr("<title>jetrain: a &lt;run&gt;</title>"), HasSubstr("<h2>Tops &amp; QCD</h2>"),
                    HasSubstr("<p>text</p>"), HasSubstr("<p class=\"note\">1 &lt; 2</p>")));
}

TEST(Page, HasNoHeadlineAboveNothing) {
  const std::string html = html_page("t", {{"Empty", "", {}}, {"", "<p>top</p>\n", {}}});
  EXPECT_THAT(html,
              AllOf(Not(HasSubstr("Empty")), HasSubstr("<section>\n<p>top</p>"), Not(HasSubstr("<h2>"))));
}

TEST(Page, IsDrawnInTheColoursOfThePalette) {
  const std::string html = html_page("t", {});
  EXPECT_THAT(html, AllOf(HasSubstr(std::string("--text:") + ink::kText),
                          HasSubstr(std::string("--grid:") + ink::kGrid), HasSubstr("solid var(--grid)")));
}

TEST(Page, HoldsItsPictures) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  const Figure figure{"one", "of ε_S & more", "plot [0:1] x\n"};
  const std::string html = html_page("t", {{"Pictures", "", {figure}}});
  EXPECT_THAT(html, AllOf(HasSubstr("<figure id=\"one\"><img alt=\"of ε_S &amp; more\" width=\"480\""),
                          HasSubstr("src=\"data:image/svg+xml;base64,"),
                          HasSubstr("<figcaption>of ε<sub>S</sub> &amp; more</figcaption>")));
}

TEST(Page, SaysWhyItHasNoPictures) {
  std::vector<PageSection> sections = {{"Pictures", "", {{"one", "caption", "plot x\n"}}},
                                       {"Tables", "<p>text</p>\n", {{"two", "caption", "plot x\n"}}}};
  leave_out_figures(sections, "no pictures: <why>");
  const std::string html = html_page("t", sections);
  EXPECT_THAT(html,
              AllOf(HasSubstr("<p class=\"note\">no pictures: &lt;why&gt;</p>"), Not(HasSubstr("<figure")),
                    Not(HasSubstr("Pictures</h2>")), HasSubstr("Tables</h2>")));
}

}  // namespace
}  // namespace jetrain
