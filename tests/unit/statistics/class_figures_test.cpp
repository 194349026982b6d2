#include "statistics/class_figures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "statistics/figures.hpp"

namespace jetrain {
namespace {

using nlohmann::json;

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kSignal = 2;

json reference() {
  return json::parse(std::ifstream(TEST_DATA_DIR "/weighted_figures.json"));
}

/// The samples of tests/data/make_weighted_figures.py.
std::vector<double> weights_named(const std::string& name, std::int64_t count) {
  std::vector<double> weights;
  for (std::int64_t i = 0; name != "unweighted" && i < count; ++i)
    weights.push_back(static_cast<double>((7919 * i) % 97 + 1) / 50 - (name == "signed" ? 0.5 : 0.0));
  return weights;
}

std::int64_t hash_of(std::int64_t i) {
  return (1103515245 * i + 12345) % (std::int64_t{1} << 31);
}

struct FourClasses {
  explicit FourClasses(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      labels.push_back(static_cast<std::uint8_t>(hash_of(i) % kClasses));
      for (std::int64_t k = 0; k < kClasses; ++k)
        outputs.push_back(static_cast<double>((48271 * i + (k + 3) * (i * i % 1009)) % 1009 +
                                              (k == labels.back() ? 250 : 0)) /
                          5000);
    }
  }
  ClassScores with(std::span<const double> weights) const {
    return {outputs, labels, weights, kClasses, kSignal};
  }
  std::vector<std::uint8_t> labels;
  std::vector<double> outputs;
};

void expect_near(const Figures& found, const std::vector<double>& expected, const std::string& name) {
  ASSERT_EQ(found.size(), expected.size()) << name;
  for (std::size_t f = 0; f < found.size(); ++f) {
    if (found[f] == expected[f]) continue;  // equal infinities have no difference
    EXPECT_NEAR(found[f], expected[f], 1e-11 * std::abs(expected[f])) << name << " " << f;
  }
}

TEST(WeightedFigures, AreThoseOfTheDefinition) {
  const json expected = reference();
  const std::int64_t count = expected["jets"];
  FigureOptions options;
  options.signal_efficiencies = expected["signal_efficiencies"].get<std::vector<double>>();
  options.replicas = 0;
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(hash_of(i) % 3 == 0 ? 1 : 0);
    const double score = static_cast<double>((48271 * i) % 1009 + 250 * labels.back()) / 1250;
    scores.push_back(std::floor(score * 50) / 50);
  }
  for (const char* name : {"unweighted", "positive", "signed"}) {
    const std::vector<double> weights = weights_named(name, count);
    expect_near(measure_figures(scores, labels, options, weights).values,
                expected["two"][name].get<std::vector<double>>(), name);
  }
}

TEST(WeightedFigures, OfSeveralClassesAreThoseOfTheDefinition) {
  const json expected = reference();
  const FourClasses jets(expected["jets"]);
  FigureOptions options;
  options.signal_efficiencies = expected["signal_efficiencies"].get<std::vector<double>>();
  options.replicas = 0;
  for (const char* name : {"unweighted", "positive", "signed"}) {
    const std::vector<double> weights = weights_named(name, expected["jets"]);
    expect_near(measure_class_figures(jets.with(weights), options).values,
                expected["four"][name]["figures"].get<std::vector<double>>(), name);
  }
}

TEST(WeightedFigures, OfWholeNumbersAreThoseOfRepeatedJets) {
  const FourClasses jets(300);
  std::vector<double> weights;
  FourClasses repeated(0);
  for (std::size_t i = 0; i < 300; ++i) {
    weights.push_back(static_cast<double>(i / 5 % 4));
    for (std::size_t copy = 0; copy < i / 5 % 4; ++copy) {
      repeated.labels.push_back(jets.labels[i]);
      repeated.outputs.insert(repeated.outputs.end(),
                              jets.outputs.begin() + static_cast<std::ptrdiff_t>(4 * i),
                              jets.outputs.begin() + static_cast<std::ptrdiff_t>(4 * i + 4));
    }
  }
  FigureOptions options;
  options.replicas = 0;
  expect_near(measure_class_figures(jets.with(weights), options).values,
              measure_class_figures(repeated.with({}), options).values, "repeated");
}

TEST(WeightedFigures, HaveErrorsOfTheSizeThatWeightsGive) {
  // Half of the jets weigh 3: the effective number is (3 + 1)^2 / (9 + 1) / 2 = 0.8 of the jets.
  const FourClasses jets(1200);
  std::vector<double> weights;
  for (std::size_t i = 0; i < 1200; ++i) weights.push_back(i % 2 == 0 ? 3 : 1);
  FigureOptions options;
  options.replicas = 400;
  const double plain = measure_class_figures(jets.with({}), options).errors[0];
  const double weighted = measure_class_figures(jets.with(weights), options).errors[0];
  EXPECT_NEAR(weighted / plain, std::sqrt(1 / 0.8), 0.12);
}

ScoredJets scored(const FourClasses& jets, const std::vector<double>& weights) {
  ScoredJets all;
  all.labels = jets.labels;
  all.outputs.assign(jets.outputs.begin(), jets.outputs.end());
  all.predicted = predicted_classes(jets.with({}));
  all.weights.assign(weights.begin(), weights.end());
  for (std::size_t i = 0; i < all.labels.size(); ++i)
    all.scores.push_back(all.outputs[i * kClasses + kSignal]);
  all.classes = kClasses;
  all.signal = kSignal;
  return all;
}

TEST(ClassFigures, HaveConfusionAndMeanOfTheClasses) {
  const json expected = reference();
  const FourClasses jets(expected["jets"]);
  for (const char* name : {"unweighted", "positive"}) {
    const ScoredJets all = scored(jets, weights_named(name, expected["jets"]));
    const std::vector<ClassFigures> classes = class_figures(all, {"q", "g", "t", "W"});
    const auto confusion = expected["four"][name]["confusion"].get<std::vector<std::vector<double>>>();
    std::vector<double> figures = expected["four"][name]["figures"];
    ASSERT_EQ(classes.size(), 4U);
    EXPECT_EQ(classes[3].name, "W");
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(classes[k].auc, figures[2 + k], 1e-6) << k;
      for (std::size_t p = 0; p < 4; ++p) EXPECT_NEAR(classes[k].called[p], confusion[k][p], 1e-4) << k << p;
    }
    EXPECT_TRUE(std::isnan(classes[kSignal].rejection_30));
    EXPECT_NEAR(classes[0].rejection_30, figures[6], 1e-3);
    EXPECT_NEAR(classes[3].rejection_50, figures[13], 1e-3);
    const Metrics metrics = compute_metrics(all);
    EXPECT_NEAR(metrics.accuracy, figures[0], 1e-6);
    EXPECT_NEAR(metrics.auc, figures[1], 1e-6);
    EXPECT_EQ(metrics.rejection_30,
              std::min({classes[0].rejection_30, classes[1].rejection_30, classes[3].rejection_30}));
  }
}

TEST(ClassFigures, MeanIsOverTheClassesThatThereAreJetsOf) {
  ScoredJets all;
  all.labels = {0, 0, 2, 2};
  all.outputs = {0.8F, 0.1F, 0.1F, 0.3F, 0.3F, 0.4F, 0.1F, 0.1F, 0.8F, 0.2F, 0.2F, 0.6F};
  all.scores = {0.1F, 0.4F, 0.8F, 0.6F};
  all.predicted = {0, 2, 2, 2};
  all.classes = 3;
  all.signal = 2;
  const std::vector<ClassFigures> classes = class_figures(all, {});
  EXPECT_TRUE(std::isnan(classes[1].auc));
  EXPECT_EQ(compute_metrics(all).auc, 1.0);
  EXPECT_EQ(compute_metrics(all).accuracy, 0.75);
}

TEST(ClassFigures, DiscriminantIsAShareAndOneHalfOfNothing) {
  EXPECT_DOUBLE_EQ(discriminant(0.3, 0.1), 0.75);
  EXPECT_EQ(discriminant(0, 0), 0.5);
}

TEST(WeightedMetrics, LossIsASumOverTheWeights) {
  ScoredJets all;
  all.scores = {0.9F, 0.2F};
  all.labels = {1, 0};
  all.predicted = {1, 1};
  all.weights = {3, 1};
  all.loss_sum.add(3 * 0.5 + 1 * 2.0);
  const Metrics metrics = compute_metrics(all);
  EXPECT_DOUBLE_EQ(metrics.loss, 3.5 / 4);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.75);
  EXPECT_EQ(metrics.auc, 1.0);
}

}  // namespace
}  // namespace jetrain
