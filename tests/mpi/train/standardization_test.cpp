#include "train/standardization.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "jetrain/error.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

Config config_of(const std::string& keys = "") {
  return parse_config(
      "image: {bins: 8}\nmodel: {layers: [standardize: {epsilon: 0.001}, flatten, dense: {units: 2}, "
      "softmax]}\n" +
          keys,
      "test.yaml", {}, false);
}

std::vector<float> standardized(std::int64_t samples, const Communicator& comm) {
  const Config config = config_of();
  Model model(config.model, Shape::image(1, 8, 8));
  standardize(config, model, test::sample_set(samples, comm), comm);
  return {model.parameters().begin() + model.trainable_count(), model.parameters().end()};
}

TEST(Standardization, IsTheSetsMeanAndDeviation) {
  constexpr std::int64_t kSamples = 500;
  std::vector<double> sums(64), squares(64);
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const test::NumberedSample sample(i);
    const SparseView image = sample.view().input;
    for (std::size_t k = 0; k < image.positions.size(); ++k) {
      const auto value = static_cast<double>(image.values[k]);
      sums[image.positions[k]] += value / kSamples;
      squares[image.positions[k]] += value * value / kSamples;
    }
  }
  const std::vector<float> found = standardized(kSamples, Communicator::world());
  ASSERT_EQ(found.size(), 128U);
  for (std::size_t p = 0; p < 64; ++p) {
    EXPECT_NEAR(found[p], sums[p], 1e-6);
    EXPECT_NEAR(found[64 + p], std::max(0.001, std::sqrt(squares[p] - sums[p] * sums[p])), 1e-6);
  }
}

TEST(Standardization, DoesNotDependOnTheRanks) {
  EXPECT_EQ(standardized(333, Communicator::world()), standardized(333, Communicator::self()));
}

std::vector<float> standardized_sets(std::int64_t samples, const Communicator& comm) {
  const Config config = parse_config(
      "input: constituents\nconstituents: {features: [px, e]}\nmodel: {layers: [standardize, dense: {units: "
      "3}, "
      "mean_pool, dense: {units: 2}, softmax]}\n",
      "test.yaml", {}, false);
  ModelInput input(Shape::set(2));
  input.constituents = config.constituents;
  Model model(config.model, input);
  standardize(config, model, test::set_of_sets(samples, comm), comm);
  return {model.parameters().begin() + model.trainable_count(), model.parameters().end()};
}

TEST(Standardization, OfSetsIsOverAllConstituents) {
  constexpr std::int64_t kSamples = 120;
  std::vector<double> px, e;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const test::NumberedSet set(i);
    const RaggedView rows = set.view().constituents;
    for (std::int64_t k = 0; k < rows.rows(); ++k) {
      e.push_back(static_cast<double>(rows.row(k)[0]));
      px.push_back(static_cast<double>(rows.row(k)[1]));
    }
  }
  const auto mean_of = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  const auto deviation_of = [&](std::vector<double> values) {
    const double mean = mean_of(values);
    for (double& value : values) value = (value - mean) * (value - mean);
    return std::sqrt(mean_of(values));
  };
  const std::vector<float> found = standardized_sets(kSamples, Communicator::world());
  ASSERT_EQ(found.size(), 4U);
  EXPECT_NEAR(found[0], mean_of(px), 1e-4);
  EXPECT_NEAR(found[1], mean_of(e), 1e-4);
  EXPECT_NEAR(found[2], deviation_of(px), 1e-4);
  EXPECT_NEAR(found[3], deviation_of(e), 1e-4);
}

TEST(Standardization, OfSetsDoesNotDependOnTheRanks) {
  EXPECT_EQ(standardized_sets(97, Communicator::world()), standardized_sets(97, Communicator::self()));
}

TEST(Standardization, RefusesImagesThatAreAugmented) {
  const Communicator world = Communicator::world();
  const Config config = config_of("augmentation: {flip: true}\n");
  Model model(config.model, Shape::image(1, 8, 8));
  const SampleSet set = test::sample_set(20, world);
  EXPECT_THROW(standardize(config, model, set, world), CollectiveError);
}

}  // namespace
}  // namespace jetrain
