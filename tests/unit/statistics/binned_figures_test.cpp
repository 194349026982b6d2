#include "statistics/binned_figures.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace jetrain {
namespace {

/// Two bins of four jets, and one jet beyond: in the first, tagging is perfect, in the second one background
/// jet has the second highest score of all.
ScoredJets nine_jets() {
  ScoredJets jets;
  jets.scores = {0.9F, 0.7F, 0.3F, 0.2F, 0.8F, 0.6F, 0.85F, 0.1F, 0.99F};
  jets.labels = {1, 1, 0, 0, 1, 1, 0, 0, 0};
  return jets;
}
const std::vector<float> kValues = {1, 1.5F, 1, 1.9F, 2, 3, 2.5F, 2, 7};

TEST(BinnedFigures, HaveOneThresholdOverAllBins) {
  FigureOptions options;
  options.replicas = 0;
  const BinnedFigures found = measure_bins(nine_jets(), kValues, {1, 2, 3}, 0.5, options);
  EXPECT_EQ(found.outside, 1);
  EXPECT_FLOAT_EQ(static_cast<float>(found.threshold), 0.8F);  // 0.9 and 0.8 are half of the four
  ASSERT_EQ(found.bins.size(), 2U);
  EXPECT_EQ(found.bins[0].jets, 4);
  EXPECT_EQ(found.bins[0].figures.values[1], 1.0);
  EXPECT_EQ(found.bins[0].signal.value, 0.5);
  EXPECT_EQ(found.bins[0].background.value, 0.0);
  EXPECT_EQ(found.bins[1].jets, 4);
  EXPECT_EQ(found.bins[1].figures.values[1], 0.5);
  EXPECT_EQ(found.bins[1].background.value, 0.5);
  EXPECT_DOUBLE_EQ(found.bins[1].background.error, std::sqrt(0.25 / 2));
}

TEST(BinnedFigures, WeighJets) {
  ScoredJets jets = nine_jets();
  jets.weights = {1, 1, 1, 1, 1, 1, 1, 3, 1};
  FigureOptions options;
  options.replicas = 0;
  const BinFigures second = measure_bins(jets, kValues, {1, 2, 3}, 0.5, options).bins[1];
  EXPECT_DOUBLE_EQ(second.background.value, 0.25);
  EXPECT_DOUBLE_EQ(second.background.error, std::sqrt(0.25 * 0.75 * 10) / 4);
  EXPECT_DOUBLE_EQ(second.figures.values[1], 0.75);
}

TEST(BinnedFigures, OfAnEmptyBinAreNoNumbers) {
  FigureOptions options;
  options.replicas = 0;
  const BinnedFigures found = measure_bins(nine_jets(), kValues, {1, 3, 5, 6}, 0.5, options);
  EXPECT_EQ(found.bins[0].jets, 7);  // the upper border belongs to the next bin
  EXPECT_EQ(found.bins[1].jets, 1);
  EXPECT_TRUE(std::isnan(found.bins[1].background.value));
  EXPECT_EQ(found.bins[2].jets, 0);
  EXPECT_TRUE(std::isnan(found.bins[2].signal.value));
  EXPECT_TRUE(std::isnan(found.bins[2].figures.values[1]));
}

}  // namespace
}  // namespace jetrain
