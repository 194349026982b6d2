#include "statistics/ensemble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

ScoreSet scores_of(const std::string& name, std::vector<double> scores, std::vector<std::uint8_t> labels,
                   std::vector<std::int64_t> rows) {
  ScoreSet set;
  set.name = name;
  set.scores = std::move(scores);
  set.labels = std::move(labels);
  set.rows = std::move(rows);
  return set;
}

const ScoreSet kFirst = scores_of("a.h5", {0.1, 0.5, 0.9}, {0, 1, 1}, {4, 5, 7});

std::string refusal(const ScoreSet& other) {
  return test::refusal_of<Error>([&] { average_scores(std::vector{kFirst, other}); });
}

TEST(Ensemble, HasTheMeanAndTheDeviationOfEachJet) {
  const test::TemporaryFolder folder;
  const Ensemble ensemble =
      average_scores(std::vector<ScoreSet>{kFirst, scores_of("b.csv", {0.3, 0.5, 0.7}, {0, 1, 1}, {})});
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

TEST(Ensemble, OfSeveralClassesHasTheirSignalAndWeights) {
  const test::TemporaryFolder folder;
  ScoreSet first = scores_of("a.h5", {0.2, 0.5}, {0, 2}, {});
  first.classes = {"q", "g", "t"};
  first.outputs = {0.2, 0.7, 0.1, 0.5, 0.1, 0.4};
  first.weights = {1.5, 0.5};
  first.signal = 0;
  ScoreSet second = first;
  second.outputs = {0.4, 0.1, 0.5, 0.3, 0.4, 0.3};
  second.scores = {0.4, 0.3};
  const Ensemble ensemble = average_scores(std::vector{first, second});
  write_ensemble(folder.file("e.h5"), ensemble);
  const ScoreSet back = read_score_files({folder.file("e.h5")}, {.weight = "weight"}).front();
  EXPECT_EQ(back.signal, 0);
  EXPECT_EQ(back.scores, ensemble.mean.scores);
  EXPECT_EQ(back.weights, first.weights);
  second.signal = 1;
  EXPECT_THAT(test::refusal_of<Error>([&] {
                average_scores(std::vector{first, second});
              }),
              HasSubstr("do not have the same signal: q and g"));
}

TEST(Ensemble, RefusesOtherJets) {
  EXPECT_THAT(refusal(scores_of("b.h5", {0.1, 0.5}, {0, 1}, {})),
              HasSubstr("a.h5 and b.h5 are not of the same jets: 3 and 2"));
  EXPECT_THAT(refusal(scores_of("b.h5", {0.1, 0.5, 0.9}, {0, 1, 1}, {4, 6, 7})),
              HasSubstr("entry 1 is row 5"));
  EXPECT_THAT(refusal(scores_of("b.h5", {0.1, 0.5, 0.9}, {0, 1, 0}, {})),
              HasSubstr("the label of entry 2 is 1 in the one"));
  ScoreSet weighted = kFirst;
  weighted.weights = {1, 2, 3};
  ScoreSet otherwise = weighted;
  otherwise.weights[1] = 2.5;
  EXPECT_THAT(test::refusal_of<Error>([&] {
                average_scores(std::vector{weighted, otherwise});
              }),
              HasSubstr("the weight of entry 1 is 2 in the one, 2.5 in the other"));
  EXPECT_THROW(average_scores(std::vector{kFirst}), UsageError);
}

}  // namespace
}  // namespace jetrain
