#include "statistics/figures.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "statistics/metrics.hpp"

namespace jetrain {
namespace {

struct Jets {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
};

/// As tests/data/make_figures_reference.py makes them.
Jets reference_jets(std::int64_t count, bool tied) {
  Jets jets;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool top = (1103515245 * i + 12345) % (std::int64_t{1} << 31) % 3 == 0;
    const double score = static_cast<double>((48271 * i) % 1009 + (top ? 250 : 0)) / 1250;
    jets.labels.push_back(top ? 1 : 0);
    jets.scores.push_back(tied ? std::floor(score * 100 + 0.5) / 100 : score);
  }
  return jets;
}

Jets random_jets(int count, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  Jets jets;
  for (int i = 0; i < count; ++i) {
    jets.labels.push_back(static_cast<std::uint8_t>(engine() % 2));
    jets.scores.push_back(normal(engine) + jets.labels.back());
  }
  return jets;
}

TEST(Figures, AreThoseOfScikitLearn) {
  const nlohmann::json reference =
      nlohmann::json::parse(std::ifstream(TEST_DATA_DIR "/figures_reference.json"));
  FigureOptions options;
  options.signal_efficiencies = reference["signal_efficiencies"].get<std::vector<double>>();
  options.replicas = 0;
  for (const char* name : {"untied", "tied"}) {
    const Jets jets = reference_jets(reference["jets"], std::string(name) == "tied");
    const auto expected = reference[name].get<std::vector<double>>();
    const Figures found = measure_figures(jets.scores, jets.labels, options).values;
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t f = 0; f < found.size(); ++f)
      EXPECT_NEAR(found[f], expected[f], 1e-12 * expected[f]) << name << f;
  }
}

TEST(Figures, AreThoseOfEvaluate) {
  const Jets jets = reference_jets(1000, true);
  ScoredJets scored;
  for (const double score : jets.scores) scored.scores.push_back(static_cast<float>(score));
  scored.labels = jets.labels;
  for (const float score : scored.scores) scored.predicted.push_back(score > 0.5F ? 1 : 0);
  const Metrics metrics = compute_metrics(scored);
  const Figures figures = measure_figures(jets.scores, jets.labels, {}).values;
  EXPECT_EQ(figures[0], metrics.accuracy);
  EXPECT_EQ(figures[1], metrics.auc);
  EXPECT_EQ(figures[2], metrics.rejection_30);
  EXPECT_EQ(figures[3], metrics.rejection_50);
}

TEST(Figures, NegativeAndSignedZeroScoresAreInOrder) {
  const std::vector<double> scores{-3.5, -0.0, 0.0, 1e-300, 2.0, -1e300};
  const std::vector<std::uint8_t> labels{0, 1, 0, 1, 1, 0};
  // The two zeros tie; the other eight pairs are in the right order.
  EXPECT_DOUBLE_EQ(measure_figures(scores, labels, {}).values[1], 8.5 / 9);
}

TEST(Figures, CountsArePoissonNumbersOfMeanOne) {
  std::vector<std::uint8_t> weights(1'000'000);
  poisson_counts(7, 3, weights);
  std::array<double, 4> share{};
  double sum = 0;
  double squares = 0;
  for (const std::uint8_t w : weights) {
    if (w < share.size()) share[w] += 1e-6;
    sum += w;
    squares += (w - 1.0) * (w - 1.0);
  }
  EXPECT_NEAR(sum * 1e-6, 1, 0.005);
  EXPECT_NEAR(squares * 1e-6, 1, 0.01);
  EXPECT_NEAR(share[0], std::exp(-1), 0.0025);
  EXPECT_NEAR(share[1], std::exp(-1), 0.0025);
  EXPECT_NEAR(share[2], std::exp(-1) / 2, 0.002);
  EXPECT_NEAR(share[3], std::exp(-1) / 6, 0.0015);
}

TEST(Figures, ErrorsDoNotDependOnThreads) {
  const Jets jets = random_jets(2000, 1);
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const Figures one = measure_figures(jets.scores, jets.labels, {}).errors;
  omp_set_num_threads(3);
  const Figures three = measure_figures(jets.scores, jets.labels, {}).errors;
  omp_set_num_threads(before);
  EXPECT_EQ(one, three);
  FigureOptions other;
  other.seed = 2;
  EXPECT_NE(one, measure_figures(jets.scores, jets.labels, other).errors);
}

/// What the bootstrap says of one sample is the spread over many samples.
TEST(Figures, ErrorsAreTheSpreadOverSamples) {
  std::vector<Figures> samples;
  FigureOptions options;
  options.threshold = 0.5;
  options.replicas = 0;
  for (unsigned seed = 100; seed < 400; ++seed) {
    const Jets jets = random_jets(2000, seed);
    samples.push_back(measure_figures(jets.scores, jets.labels, options).values);
  }
  const Figures expected = spread_of(samples).deviation;
  options.replicas = 400;
  const Jets jets = random_jets(2000, 1);
  const Figures found = measure_figures(jets.scores, jets.labels, options).errors;
  for (std::size_t f = 0; f < 4; ++f) EXPECT_NEAR(found[f] / expected[f], 1, 0.25) << f;
}

TEST(Figures, WeightedCurveIsThatOfRepeatedJets) {
  const Jets jets = reference_jets(200, true);
  std::vector<std::uint8_t> weights(200);
  poisson_counts(1, 0, weights);
  Jets repeated;
  for (std::size_t i = 0; i < 200; ++i) {
    repeated.scores.insert(repeated.scores.end(), weights[i], jets.scores[i]);
    repeated.labels.insert(repeated.labels.end(), weights[i], jets.labels[i]);
  }
  std::vector<RocPoint> weighted;
  std::vector<RocPoint> plain;
  trace_curve(ranked(jets.scores, jets.labels), weights, weighted);
  trace_curve(ranked(repeated.scores, repeated.labels), {}, plain);
  ASSERT_EQ(weighted.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(weighted[i].threshold, plain[i].threshold);
    EXPECT_EQ(weighted[i].signal_efficiency, plain[i].signal_efficiency);
    EXPECT_EQ(weighted[i].background_efficiency, plain[i].background_efficiency);
  }
}

TEST(Figures, AreMissingWhereAClassIs) {
  const MeasuredFigures measured =
      measure_figures(std::vector<double>{0.2, 0.8}, std::vector<std::uint8_t>{1, 1}, {});
  EXPECT_EQ(measured.values[0], 0.5);
  for (std::size_t f = 1; f < 4; ++f)
    EXPECT_TRUE(std::isnan(measured.values[f]) && std::isnan(measured.errors[f]));
}

TEST(Figures, SpreadOverModels) {
  const std::vector<Figures> models{{1, 10}, {2, 20}, {6, INFINITY}};
  const FigureSpread spread = spread_of(models);
  EXPECT_EQ(spread.mean[0], 3);
  EXPECT_EQ(spread.median[0], 2);
  EXPECT_DOUBLE_EQ(spread.deviation[0], std::sqrt(7.0));
  EXPECT_TRUE(std::isnan(spread.mean[1]));
}

}  // namespace
}  // namespace jetrain
