#include "train/gradient_step.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "batches/batch_plan.hpp"
#include "every_layer.hpp"
#include "kernels/exact_sum.hpp"
#include "small_network.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

/// The sums over samples 0 ... samples-1 as one batch, shared out over the ranks of `comm`.
std::vector<std::int64_t> batch_sums(const Model& model, std::int64_t samples, int threads,
                                     const Communicator& comm, std::int64_t pixels = 64) {
  const BatchPlan plan{samples, samples, comm.size()};
  const Positions part = plan.part(0, comm.rank());
  std::vector<test::NumberedSample> samples_of_lanes;
  std::vector<test::NumberedSet> sets;
  for (std::int64_t i = part.first; i < part.last; ++i) {
    samples_of_lanes.emplace_back(i, pixels);
    sets.emplace_back(i);
  }
  std::vector<SampleView> mine;
  for (std::size_t i = 0; i < sets.size(); ++i)
    mine.push_back(model.input().shape.has_rows() ? sets[i].view() : samples_of_lanes[i].view());

  GradientStep step(model, threads, false, comm);
  // Twice, so that nothing of the first time may be left in the second.
  for (int time = 0; time < 2; ++time) step.run({mine, {}, part.first}, plan.leaves(0));
  EXPECT_EQ(step.bad_layer(), -1);
  std::vector<std::int64_t> sums(step.gradient_sums(), step.gradient_sums() + model.sum_count());
  sums.push_back(std::bit_cast<std::int64_t>(step.loss()));
  sums.push_back(step.correct());
  return sums;
}

TEST(GradientStep, SumsDoNotDependOnRanksAndThreads) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  const Model model = test::small_network();
  for (const std::int64_t samples : {1, 16, 50, 77, 300}) {
    const auto expected = batch_sums(model, samples, 1, alone);
    EXPECT_EQ(batch_sums(model, samples, 1, world), expected) << samples;
    EXPECT_EQ(batch_sums(model, samples, 2, world), expected) << samples;
    EXPECT_EQ(batch_sums(model, samples, 3, alone), expected) << samples;
  }
}

/// Weights of samples by their number, also 0 and below; the largest is 5.5.
float weight_of(std::int64_t number) {
  return number % 7 == 3 ? 0.0F : static_cast<float>(number % 13) / 2 - 0.5F;
}

TEST(GradientStep, SumsOfWeightedSamplesDoNotDependOnRanksAndThreads) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  const Model model = test::small_network();
  constexpr std::int64_t kSamples = 300;
  struct Sums {
    std::vector<std::int64_t> gradients;
    double loss = 0;
    std::int64_t correct = 0;
    std::int64_t weight = 0;
    double unit = 0;
    float scale = 0;
    bool operator==(const Sums&) const = default;
  };
  const auto sums_of = [&](const Communicator& comm, int threads) {
    const SetWeights weights = weights_of(test::weighted_samples(kSamples, comm, weight_of), comm);
    const BatchPlan plan{kSamples, kSamples, comm.size()};
    const Positions part = plan.part(0, comm.rank());
    std::vector<test::NumberedSample> numbered;
    for (std::int64_t i = part.first; i < part.last; ++i) numbered.emplace_back(i);
    std::vector<SampleView> mine;
    for (std::size_t i = 0; i < numbered.size(); ++i) {
      mine.push_back(numbered[i].view());
      mine.back().weight = weight_of(part.first + static_cast<std::int64_t>(i));
    }
    GradientStep step(model, threads, false, comm, 0, nullptr, RankSum::Method::hierarchical, weights);
    step.run({mine, {}, part.first}, plan.leaves(0));
    EXPECT_EQ(step.bad_layer(), -1);
    return Sums{{step.gradient_sums(), step.gradient_sums() + model.sum_count()},
                step.loss(),
                step.correct(),
                step.weight(),
                weights.unit(),
                step.scale()};
  };
  const Sums expected = sums_of(alone, 1);
  EXPECT_EQ(sums_of(world, 1), expected);
  EXPECT_EQ(sums_of(world, 2), expected);
  EXPECT_EQ(sums_of(alone, 3), expected);
  EXPECT_EQ(expected.scale, 0.125F);
  double sum = 0;
  for (std::int64_t i = 0; i < kSamples; ++i) sum += static_cast<double>(weight_of(i));
  EXPECT_EQ(static_cast<double>(expected.weight) * expected.unit, sum);
}

class SumsOfEveryLayer : public testing::TestWithParam<test::LayerCase> {};

TEST_P(SumsOfEveryLayer, DoNotDependOnRanksAndThreads) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  Model model = GetParam().model();
  model.initialize(7);
  const std::int64_t pixels = 64 + model.input().features;
  const auto expected = batch_sums(model, 77, 1, alone, pixels);
  EXPECT_EQ(batch_sums(model, 77, 1, world, pixels), expected);
  EXPECT_EQ(batch_sums(model, 77, 2, world, pixels), expected);
  EXPECT_EQ(batch_sums(model, 77, 3, alone, pixels), expected);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SumsOfEveryLayer, testing::ValuesIn(test::every_layer()),
                         [](const auto& tested) { return tested.param.kind; });
INSTANTIATE_TEST_SUITE_P(KindsOnSets, SumsOfEveryLayer, testing::ValuesIn(test::shared_layers_on_sets()),
                         [](const auto& tested) { return tested.param.kind; });

Model network_of_raw_momenta() {
  const Config config = parse_config(
      "input: constituents\nconstituents: {features: [px, py, pz, e]}\nmodel: {layers: [dense: {units: 8, "
      "activation: relu}, sum_pool, dense: {units: 2, activation: softmax}]}\n",
      "test.yaml", {}, false);
  Model model = make_model(config);
  model.initialize(3);
  return model;
}

// Gradients with respect to weights of GeV are large, and it is no divergence: a leaf's reach some 1e5 here.
TEST(GradientStep, OfMomentaInGevFitsIntoTheSumsOfLargeBatches) {
  const Communicator world = Communicator::world();
  const Model model = network_of_raw_momenta();
  constexpr std::int64_t kBatch = 16384;
  const BatchPlan plan{kBatch, kBatch, world.size()};
  const Positions part = plan.part(0, world.rank());
  std::vector<test::NumberedSet> sets;
  for (std::int64_t i = part.first; i < part.last; ++i) sets.emplace_back(500 + i % 1000);
  std::vector<SampleView> mine;
  for (const test::NumberedSet& set : sets) mine.push_back(set.view());
  GradientStep step(model, 1, false, world);
  step.run({mine, {}, part.first}, plan.leaves(0));
  EXPECT_EQ(step.bad_layer(), -1);
  std::int64_t largest = 0;
  for (std::int64_t i = 0; i < model.trainable_count(); ++i)
    largest = std::max(largest, std::abs(step.gradient_sums()[i]));
  const double gradient = kernels::exact_value(largest) / static_cast<double>(model.gradient_scale()) /
                          static_cast<double>(kBatch);
  EXPECT_GT(gradient * 16, kernels::exact_sum_limit(plan.leaves(0))) << "no leaf's gradient is large here";
}

TEST(GradientStep, SaysHowLargeAGradientWasThatDoesNotFit) {
  const Communicator world = Communicator::world();
  Model model = network_of_raw_momenta();
  for (float& parameter : model.parameters()) parameter *= 1e6F;
  const BatchPlan plan{64, 64, world.size()};
  const Positions part = plan.part(0, world.rank());
  std::vector<test::NumberedSet> sets;
  for (std::int64_t i = part.first; i < part.last; ++i) sets.emplace_back(900000009 + i);
  std::vector<SampleView> mine;
  for (const test::NumberedSet& set : sets) mine.push_back(set.view());
  GradientStep step(model, 1, false, world);
  step.run({mine, {}, part.first}, plan.leaves(0));
  ASSERT_GE(step.bad_layer(), 0);
  EXPECT_GE(step.bad_value(), kernels::exact_sum_limit(plan.leaves(0)) / model.gradient_scale());
}

TEST(GradientStep, CountsEverySampleOnce) {
  const Communicator world = Communicator::world();
  Model model = test::small_network();
  // Without weights every probability is one half: each loss is ln 2, and class 0 is predicted.
  std::fill(model.parameters().begin(), model.parameters().end(), 0.0F);
  const std::int64_t samples = 77;
  std::int64_t background = 0;
  for (std::int64_t i = 0; i < samples; ++i) background += test::NumberedSample(i).view().label == 0 ? 1 : 0;
  const auto sums = batch_sums(model, samples, 1, world);
  EXPECT_NEAR(std::bit_cast<double>(sums[sums.size() - 2]), static_cast<double>(samples) * std::log(2.0),
              1e-5);
  EXPECT_EQ(sums.back(), background);
}

TEST(GradientStep, EveryRankKnowsOfAGradientOutOfBounds) {
  const Communicator world = Communicator::world();
  const Model model = test::small_network();
  const std::uint16_t pixel = 9;
  const float value = std::numeric_limits<float>::infinity();
  const SampleView bad{{{&pixel, 1}, {&value, 1}}, 1};
  const bool mine = world.rank() == world.size() - 1;
  GradientStep step(model, 2, false, world);
  step.run({mine ? std::span(&bad, 1) : std::span<const SampleView>(), {}, 0}, 1);
  EXPECT_GE(step.bad_layer(), 0);
  step.run({}, 1);
  EXPECT_EQ(step.bad_layer(), -1);
}

}  // namespace
}  // namespace jetrain
