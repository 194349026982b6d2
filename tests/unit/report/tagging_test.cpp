#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "jetrain/error.hpp"
#include "report/figures.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Four tops, four QCD: of the tops 1/4 lie above all QCD, 2/4 and 3/4 above all but one, 4/4 above all but
/// two.
constexpr const char* kScores = "label,score\n1,0.9\n0,0.8\n1,0.7\n1,0.6\n0,0.5\n1,0.4\n0,0.2\n0,0.1\n";

class Taggers : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(folder_.file(name)).parent_path());
    std::ofstream(folder_.file(name)) << content;
    return folder_.file(name);
  }

  test::TemporaryFolder folder_;
};

std::string script_of(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures) {
    if (figure.name == name) return figure.script;
  }
  return "";
}

TEST_F(Taggers, HaveTheirFilesNamesOrPathsWhereTwoNamesAreTheSame) {
  const std::string a = write("a/scores.csv", kScores);
  const std::string b = write("b/scores.csv", kScores);
  const std::vector<ScoredTagger> taggers = read_taggers({a, b, write("other.csv", kScores)}, {});
  EXPECT_EQ(taggers[0].name, a);
  EXPECT_EQ(taggers[1].name, b);
  EXPECT_EQ(taggers[2].name, "other.csv");
}

TEST_F(Taggers, AreMeasuredOnAllJetsOfTheirFile) {
  const ScoredTagger tagger = read_taggers({write("a.csv", kScores)}, {}).front();
  EXPECT_EQ(tagger.metrics.jets, 8);
  EXPECT_DOUBLE_EQ(tagger.metrics.accuracy, 6.0 / 8);
  EXPECT_DOUBLE_EQ(tagger.metrics.auc, 12.0 / 16);
  EXPECT_DOUBLE_EQ(tagger.metrics.rejection_50, 4);
  EXPECT_GT(tagger.errors.accuracy, 0);
  EXPECT_TRUE(std::isnan(tagger.metrics.loss));
}

TEST_F(Taggers, NeedBothClasses) {
  const std::string file = write("tops.csv", "label,score\n1,0.9\n1,0.8\n");
  try {
    read_taggers({file}, {});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr(file), HasSubstr("both classes")));
  }
}

TEST_F(Taggers, LieDashedOverTheRunsCurves) {
  ReportedRuns runs(1);
  ScoredJets jets;
  jets.scores = {0.9F, 0.1F};
  jets.labels = {1, 0};
  runs[0].scores.tagger = scored_tagger("run", jets);
  const std::vector<ScoredTagger> others = read_taggers({write("theirs.csv", kScores)}, {});
  const std::string roc = script_of(tagging_figures(runs, others), "roc");
  EXPECT_THAT(roc, HasSubstr("$roc0 using 1:2 with lines lw 2 dt 1 lc rgb '#0072B2' title 'run: ∞ at 0.3"));
  EXPECT_THAT(roc,
              HasSubstr("$roc1 using 1:2 with lines lw 2 dt (9,4) lc rgb '#D55E00' title 'theirs.csv: "));
  EXPECT_THAT(roc, HasSubstr("$roc1 << END_OF_DATA\n0.25000 4\n0.50000 4\n0.75000 4\n1.00000 2\n"));
  EXPECT_THAT(roc, HasSubstr(", 4 at 0.5'"));
}

TEST_F(Taggers, OfOtherScoresThanProbabilitiesHaveNeitherHistogramNorCalibration) {
  const std::string odd = write("odd.csv", "label,score\n1,3\n0,-1\n");
  const auto names = [&](const std::vector<std::string>& files) {
    std::vector<std::string> found;
    for (const Figure& figure : tagging_figures({}, read_taggers(files, {}))) found.push_back(figure.name);
    return found;
  };
  EXPECT_THAT(names({odd}), ElementsAre("roc"));
  const std::string good = write("good.csv", kScores);
  EXPECT_THAT(names({good, odd}), ElementsAre("roc", "scores", "calibration"));
  const std::string scores = script_of(tagging_figures({}, read_taggers({good, odd}, {})), "scores");
  EXPECT_THAT(scores, AllOf(HasSubstr("good.csv"), Not(HasSubstr("odd.csv"))));
}

TEST_F(Taggers, OfLongNamesAreShortenedInLegends) {
  const std::string file = write("a_very_long_name_of_a_tagger_seed3.csv", kScores);
  EXPECT_THAT(script_of(tagging_figures({}, read_taggers({file}, {})), "roc"),
              HasSubstr("title 'a_very_long_…er_seed3.csv: "));
}

}  // namespace
}  // namespace jetrain
