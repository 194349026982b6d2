#include "scaling/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

ScalingMeasurement measured(ScalingMode mode, int ranks, int repeat, double rate, const std::string& hash) {
  ScalingMeasurement m;
  m.point = {mode, ranks, 1, repeat};
  m.weights_hash = hash;
  m.batch_size = 64;
  m.epochs = 2;
  m.training_jets = 1000;
  m.parameters = 10;
  m.jets_per_second = rate;
  m.fma_gflops = 100.0 * ranks;
  m.seconds = {{"read", 3}, {"compute", 8.0 / ranks}, {"validate", 2.0 / ranks}};
  return m;
}

ScalingSummary summary() {
  return summarize(
      {measured(ScalingMode::strong, 2, 0, 1800, "a"), measured(ScalingMode::strong, 1, 0, 1000, "a"),
       measured(ScalingMode::strong, 1, 1, 900, "a"), measured(ScalingMode::strong, 1, 2, 1100, "a"),
       measured(ScalingMode::weak, 4, 0, 3000, "b"), measured(ScalingMode::weak, 1, 0, 1000, "c")});
}

TEST(ScalingReport, TakesTheMedianOfRepeatsAndComparesByMode) {
  const ScalingSummary s = summary();
  ASSERT_EQ(s.rows.size(), 4U);
  EXPECT_EQ(s.rows[0].repeats, 3);
  EXPECT_DOUBLE_EQ(s.rows[0].rate.median, 1000);
  EXPECT_DOUBLE_EQ(s.rows[0].rate.low, 900);
  EXPECT_DOUBLE_EQ(s.rows[0].rate.high, 1100);
  EXPECT_DOUBLE_EQ(s.rows[0].efficiency.median, 1);
  EXPECT_DOUBLE_EQ(s.rows[1].speed_up, 1.8);
  EXPECT_DOUBLE_EQ(s.rows[1].efficiency.median, 0.9);
  EXPECT_DOUBLE_EQ(s.rows[1].machine_efficiency, 1);
  EXPECT_DOUBLE_EQ(s.rows[3].efficiency.median, 0.75);
  EXPECT_DOUBLE_EQ(s.rows[3].speed_up, 3);
}

TEST(ScalingReport, GivesPhasesAnEpoch) {
  const ScalingSummary s = summary();
  EXPECT_DOUBLE_EQ(s.rows[0].seconds.at("read").median, 3);
  EXPECT_DOUBLE_EQ(s.rows[0].seconds.at("compute").median, 4);
  EXPECT_DOUBLE_EQ(s.rows[0].seconds.at("allreduce").median, 0);
  // 1 s of training and 1 s of validation; on two ranks 1000 / 1800 s and half a second.
  EXPECT_NEAR(s.rows[1].whole_efficiency, 2.0 / (1000.0 / 1800 + 0.5) / 2, 1e-12);
}

TEST(ScalingReport, StatesThatTheBitsAreTheSameOrNot) {
  EXPECT_THAT(to_text(summary()), HasSubstr("gave the same weights, bit for bit: a."));
  const ScalingSummary other = summarize(
      {measured(ScalingMode::strong, 1, 0, 1000, "a"), measured(ScalingMode::strong, 2, 0, 1000, "b")});
  EXPECT_THAT(to_text(other), HasSubstr("WARNING: the points of strong scaling gave 2 different weights"));
}

TEST(ScalingReport, RefusesPointsOfSeveralStudies) {
  ScalingMeasurement other = measured(ScalingMode::strong, 2, 0, 1000, "a");
  other.parameters = 11;
  EXPECT_THROW(summarize({measured(ScalingMode::strong, 1, 0, 1000, "a"), other}), DataError);
}

TEST(ScalingReport, WritesTheSameNumbersInAllForms) {
  const ScalingSummary s = summary();
  const std::string csv = to_csv(s);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  EXPECT_THAT(csv, HasSubstr("mode,ranks,threads,workers"));
  EXPECT_THAT(csv, HasSubstr("strong,2,1,2"));
  EXPECT_THAT(to_json(s), HasSubstr("\"efficiency\": 0.9"));
  EXPECT_THAT(to_text(s),
              HasSubstr("strong        2x1       64        1800       1800-1800      1.80      90.0 %"));
}

/// The figure of that name on the page, and all that its page says in words.
struct Seen {
  std::string script;
  std::string html;
};
Seen seen(const std::vector<PageSection>& sections, const std::string& name) {
  Seen all;
  for (const PageSection& section : sections) {
    all.html += section.html;
    for (const Figure& figure : section.figures) {
      if (figure.name == name) all.script = figure.script;
    }
  }
  return all;
}

TEST(ScalingPage, ShowsEveryPointWithItsRangeAndWhatWouldBeIdeal) {
  const Seen page = seen(page_sections(summary()), "throughput");
  EXPECT_THAT(page.script, HasSubstr("$line0 << END_OF_DATA\n1 1000\n2 1800\nEND_OF_DATA"));
  EXPECT_THAT(page.script, HasSubstr("$bars0 << END_OF_DATA\n1 1000 900 1100\nEND_OF_DATA"));
  EXPECT_THAT(page.script, HasSubstr("title 'strong, 1 thread'"));
  EXPECT_THAT(page.script, HasSubstr("$line1 << END_OF_DATA\n1 1000\n4 3000\nEND_OF_DATA"));
  EXPECT_THAT(page.script, HasSubstr("title 'weak, 1 thread'"));
  EXPECT_THAT(page.script, HasSubstr("$line2 << END_OF_DATA\n1 1000\n2 2000\nEND_OF_DATA"));
  EXPECT_THAT(page.script, HasSubstr("title 'ideal, strong'"));
  EXPECT_THAT(page.script, HasSubstr("$line3 << END_OF_DATA\n1 1000\n4 4000\nEND_OF_DATA"));
  EXPECT_THAT(page.html, HasSubstr("gave the same weights, bit for bit: a."));
  EXPECT_THAT(page.html,
              HasSubstr("<td><span>2x1</span></td><td><span>64</span></td><td><span>1800</span></td>"));
}

TEST(ScalingPage, ShowsEfficiencyBesideTheMachines) {
  const std::string script = seen(page_sections(summary()), "efficiency").script;
  EXPECT_THAT(script, HasSubstr("$line0 << END_OF_DATA\n1 1\n2 0.9\nEND_OF_DATA"));
  EXPECT_THAT(script, HasSubstr("$bars0 << END_OF_DATA\n1 1 0.9 1.1\nEND_OF_DATA"));
  EXPECT_THAT(script, HasSubstr("title 'machine, weak'"));
}

TEST(ScalingPage, ShowsThePhasesOfAnEpochByMode) {
  const std::vector<PageSection> sections = page_sections(summary());
  // compute, update, wait, allreduce, redistribute, validate, save
  EXPECT_THAT(seen(sections, "phases_strong").script,
              HasSubstr("$bars << END_OF_DATA\n1x1 4 0 0 0 0 1 0\n2x1 2 0 0 0 0 0.5 0\nEND_OF_DATA"));
  EXPECT_THAT(seen(sections, "phases_weak").script, HasSubstr("\n4x1 1 0 0 0 0 0.25 0\n"));
}

TEST(ScalingPage, OfOneModeSaysNothingOfTheOther) {
  const std::vector<PageSection> sections =
      page_sections(summarize({measured(ScalingMode::weak, 1, 0, 1000, "a")}));
  EXPECT_THAT(seen(sections, "throughput").script, HasSubstr("title 'ideal'"));
  EXPECT_EQ(seen(sections, "phases_strong").script, "");
  EXPECT_THAT(seen(sections, "").html, testing::Not(HasSubstr("strong")));
}

TEST(ScalingPage, PointsOutThatWeightsDiffer) {
  const ScalingSummary other = summarize(
      {measured(ScalingMode::strong, 1, 0, 1000, "a"), measured(ScalingMode::strong, 2, 0, 1000, "b")});
  EXPECT_THAT(seen(page_sections(other), "").html, HasSubstr("<p class=\"note\">WARNING: the points"));
}

}  // namespace
}  // namespace jetrain
