#include "statistics/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace jetrain {
namespace {

using Scores = std::vector<float>;
using Labels = std::vector<std::uint8_t>;

double auc(const Scores& scores, const Labels& labels) {
  return area_under(roc_curve(scores, labels));
}

double rejection(const Scores& scores, const Labels& labels, double signal_efficiency) {
  return background_rejection(roc_curve(scores, labels), signal_efficiency);
}

/// The share of (signal, background) pairs in the right order; a tie is half a pair.
double auc_by_pairs(const Scores& scores, const Labels& labels) {
  double right = 0;
  double pairs = 0;
  for (std::size_t s = 0; s < scores.size(); ++s) {
    for (std::size_t b = 0; b < scores.size(); ++b) {
      if (labels[s] != 1 || labels[b] != 0) continue;
      pairs += 1;
      right += scores[s] > scores[b] ? 1.0 : scores[s] == scores[b] ? 0.5 : 0.0;
    }
  }
  return right / pairs;
}

TEST(Metrics, AucIsOneForPerfectAndZeroForReversedScores) {
  EXPECT_EQ(auc({0.1F, 0.2F, 0.8F, 0.9F}, {0, 0, 1, 1}), 1.0);
  EXPECT_EQ(auc({0.9F, 0.8F, 0.2F, 0.1F}, {0, 0, 1, 1}), 0.0);
}

TEST(Metrics, AucCountsATieAsOneHalf) {
  EXPECT_EQ(auc({0.5F, 0.5F, 0.5F}, {0, 1, 1}), 0.5);
  // Of four pairs: 0.7 beats both, 0.5 ties with 0.5 and beats 0.3.
  EXPECT_EQ(auc({0.7F, 0.5F, 0.5F, 0.3F}, {1, 1, 0, 0}), 3.5 / 4);
}

TEST(Metrics, AucAgreesWithTheCountOfAllPairs) {
  std::mt19937 engine(1);
  for (const int distinct : {2, 5, 50, 100000}) {
    Scores scores;
    Labels labels;
    for (int i = 0; i < 300; ++i) {
      labels.push_back(static_cast<std::uint8_t>(engine() % 3 == 0));
      const auto step = static_cast<float>(engine() % static_cast<unsigned>(distinct));
      scores.push_back((step + (labels.back() == 1 ? 1.0F : 0.0F)) / static_cast<float>(distinct + 1));
    }
    EXPECT_NEAR(auc(scores, labels), auc_by_pairs(scores, labels), 1e-12) << distinct;
  }
}

TEST(Metrics, CurveRunsFromNothingToEverythingWithOnePointAScore) {
  const auto curve = roc_curve(Scores{0.7F, 0.5F, 0.5F, 0.3F}, Labels{1, 1, 0, 0});
  ASSERT_EQ(curve.size(), 4U);
  EXPECT_EQ(curve[0].signal_efficiency, 0.0);
  EXPECT_EQ(curve[0].background_efficiency, 0.0);
  EXPECT_EQ(curve[1].signal_efficiency, 0.5);
  EXPECT_EQ(curve[1].background_efficiency, 0.0);
  EXPECT_EQ(curve[2].signal_efficiency, 1.0);
  EXPECT_EQ(curve[2].background_efficiency, 0.5);
  EXPECT_EQ(curve[2].threshold, 0.5);
  EXPECT_EQ(curve[3].background_efficiency, 1.0);
}

TEST(Metrics, RejectionIsReadOffTheCurve) {
  // Descending: B S S B S S B B B B; eps_S 0.5 is reached at the third jet, with one of six B passed.
  const Scores scores{10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  const Labels labels{0, 1, 1, 0, 1, 1, 0, 0, 0, 0};
  EXPECT_DOUBLE_EQ(rejection(scores, labels, 0.5), 6.0);
  EXPECT_DOUBLE_EQ(rejection(scores, labels, 0.3), 6.0);
  EXPECT_DOUBLE_EQ(rejection(scores, labels, 0.75), 3.0);
}

TEST(Metrics, RejectionGoesStraightThroughATie) {
  // One tie of two S and four B after nothing: at eps_S 0.5, half of the four B.
  EXPECT_DOUBLE_EQ(rejection({1, 1, 1, 1, 1, 1}, {1, 1, 0, 0, 0, 0}, 0.5), 2.0);
  EXPECT_DOUBLE_EQ(rejection({1, 1, 1, 1, 1, 1}, {1, 1, 0, 0, 0, 0}, 0.3), 1 / 0.3);
}

TEST(Metrics, RejectionIsInfiniteWhereNoBackgroundPasses) {
  EXPECT_TRUE(std::isinf(rejection({3, 2, 1}, {1, 1, 0}, 0.5)));
}

TEST(Metrics, AreNotNumbersWhereAClassIsMissing) {
  ScoredJets scored;
  scored.scores = {0.1F, 0.2F};
  scored.labels = {1, 1};
  scored.predicted = {0, 1};
  scored.loss_sum.add(1.0);
  const Metrics metrics = compute_metrics(scored);
  EXPECT_TRUE(std::isnan(metrics.auc));
  EXPECT_TRUE(std::isnan(metrics.rejection_30));
  EXPECT_TRUE(std::isnan(metrics.rejection_50));
  EXPECT_EQ(metrics.loss, 0.5);
  EXPECT_EQ(metrics.accuracy, 0.5);
}

TEST(Metrics, DoNotDependOnTheOrderOfTheJets) {
  std::mt19937 engine(2);
  std::vector<std::pair<float, std::uint8_t>> jets;
  for (int i = 0; i < 200; ++i) {
    jets.emplace_back(static_cast<float>(engine() % 20) / 20, static_cast<std::uint8_t>(engine() % 2));
  }
  const auto metrics_of = [&] {
    ScoredJets scored;
    for (const auto& [score, label] : jets) {
      scored.scores.push_back(score);
      scored.labels.push_back(label);
      scored.predicted.push_back(score > 0.5F ? 1 : 0);
    }
    return compute_metrics(scored);
  };
  const Metrics before = metrics_of();
  std::shuffle(jets.begin(), jets.end(), engine);
  const Metrics after = metrics_of();
  EXPECT_EQ(before.auc, after.auc);
  EXPECT_EQ(before.rejection_30, after.rejection_30);
  EXPECT_EQ(before.rejection_50, after.rejection_50);
}

TEST(Metrics, LossesAreFixedPointAndBounded) {
  EXPECT_EQ(counted_loss(1.0), 1.0);
  EXPECT_EQ(counted_loss(1.0 / 3), std::round(0x1p32 / 3) * 0x1p-32);
  EXPECT_EQ(counted_loss(1e300), 1000.0);
  EXPECT_EQ(counted_loss(std::numeric_limits<double>::quiet_NaN()), 1000.0);
  EXPECT_EQ(counted_loss(0.0), 0.0);
}

}  // namespace
}  // namespace jetrain
