#include "train/validation.hpp"

#include <gtest/gtest.h>

#include "small_network.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

void expect_equal(const Metrics& a, const Metrics& b) {
  EXPECT_EQ(a.jets, b.jets);
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.accuracy, b.accuracy);
  EXPECT_EQ(a.auc, b.auc);
  EXPECT_EQ(a.rejection_30, b.rejection_30);
  EXPECT_EQ(a.rejection_50, b.rejection_50);
}

TEST(Validation, GivesTheSameBitsWhoeverScores) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  const Model model = test::small_network();
  for (const std::int64_t samples : {4, 50, 1000}) {
    const Metrics expected =
        Validation({ValidationRanks::root}, test::sample_set(samples, alone), alone).run(model);
    EXPECT_EQ(expected.jets, samples);
    for (const ValidationRanks ranks : kValues<ValidationRanks>) {
      Validation validation({ranks}, test::sample_set(samples, world), world);
      expect_equal(validation.run(model), expected);  // on every rank
      expect_equal(validation.run(model), expected);
    }
  }
}

TEST(Validation, OfWeightedSamplesGivesTheSameBitsWhoeverScores) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  const Model model = test::small_network();
  const auto weight_of = [](std::int64_t number) { return static_cast<float>(number % 7) / 3 - 0.5F; };
  const Metrics expected =
      Validation({ValidationRanks::root}, test::weighted_samples(1000, alone, weight_of), alone).run(model);
  const Metrics plain = Validation({ValidationRanks::root}, test::sample_set(1000, alone), alone).run(model);
  EXPECT_NE(expected.loss, plain.loss);
  EXPECT_NE(expected.auc, plain.auc);
  for (const ValidationRanks ranks : kValues<ValidationRanks>) {
    Validation validation({ranks}, test::weighted_samples(1000, world, weight_of), world);
    expect_equal(validation.run(model), expected);
  }
}

// Only their ratios matter.
TEST(Validation, OfEqualWeightsIsThatOfNone) {
  const Communicator world = Communicator::world();
  const Model model = test::small_network();
  const Metrics plain = Validation({ValidationRanks::all}, test::sample_set(300, world), world).run(model);
  const auto eighth = [](std::int64_t) { return 0.125F; };
  Validation validation({ValidationRanks::all}, test::weighted_samples(300, world, eighth), world);
  expect_equal(validation.run(model), plain);
}

}  // namespace
}  // namespace jetrain
