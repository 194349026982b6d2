#include "statistics/ensemble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

const ScoreSet kFirst{"a.h5", {0.1, 0.5, 0.9}, {0, 1, 1}, {4, 5, 7}};

std::string refusal(const ScoreSet& other) {
  try {
    average_scores(std::vector{kFirst, other});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Ensemble, HasTheMeanAndTheDeviationOfEachJet) {
  const test::TemporaryFolder folder;
  const Ensemble ensemble =
      average_scores(std::vector<ScoreSet>{kFirst, {"b.csv", {0.3, 0.5, 0.7}, {0, 1, 1}, {}}});
  EXPECT_THAT(ensemble.mean.scores,
              testing::ElementsAre(testing::DoubleEq(0.2), 0.5, testing::DoubleEq(0.8)));
  EXPECT_THAT(ensemble.deviations, testing::ElementsAre(testing::DoubleEq(std::sqrt(0.02)), 0.0,
                                                        testing::DoubleNear(std::sqrt(0.02), 1e-15)));
  write_ensemble(folder.file("e.h5"), ensemble);
  const ScoreSet back = read_score_files({folder.file("e.h5")}, {}).front();
  EXPECT_EQ(back.scores, ensemble.mean.scores);
  EXPECT_EQ(back.labels, kFirst.labels);
  EXPECT_EQ(back.rows, kFirst.rows);
}

TEST(Ensemble, RefusesOtherJets) {
  EXPECT_THAT(refusal({"b.h5", {0.1, 0.5}, {0, 1}, {}}),
              HasSubstr("a.h5 and b.h5 are not of the same jets: 3 and 2"));
  EXPECT_THAT(refusal({"b.h5", {0.1, 0.5, 0.9}, {0, 1, 1}, {4, 6, 7}}), HasSubstr("entry 1 is row 5"));
  EXPECT_THAT(refusal({"b.h5", {0.1, 0.5, 0.9}, {0, 1, 0}, {}}),
              HasSubstr("the label of entry 2 is 1 in the one"));
  EXPECT_THROW(average_scores(std::vector{kFirst}), UsageError);
}

}  // namespace
}  // namespace jetrain
