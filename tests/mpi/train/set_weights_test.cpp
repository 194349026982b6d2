#include "train/set_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/untrainable.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

using WeightOf = std::function<float(std::int64_t number)>;

/// All weights in the samples' order, on rank 0.
std::vector<float> gathered(const SampleSet& set, const Communicator& comm) {
  std::vector<float> weights;
  for (std::int64_t i = 0; i < set.samples.size(); ++i) weights.push_back(set.samples[i].weight);
  return comm.gather(std::span<const float>(weights));
}

/// Of sizes from 1e-20 to 1e15, of both signs, and 0.
float wild(std::int64_t number) {
  if (number % 11 == 5) return 0;
  const float size = std::pow(10.0F, static_cast<float>(number % 36 - 20));
  return (number % 5 == 2 ? -0.3F : 1.0F) * size * static_cast<float>(number + 1);
}

TEST(SetWeights, AreTheSameOnAnyNumberOfRanks) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  const SetWeights expected = weights_of(test::weighted_samples(1000, alone, wild), alone);
  const SetWeights found = weights_of(test::weighted_samples(1000, world, wild), world);
  EXPECT_EQ(found.samples, 1000);
  EXPECT_FALSE(found.all_one);
  EXPECT_EQ(found.sum, expected.sum);
  EXPECT_EQ(found.absolute, expected.absolute);
  EXPECT_EQ(found.largest, expected.largest);
  EXPECT_EQ(found.zero, 91);
  EXPECT_EQ(found.negative, expected.negative);
  EXPECT_EQ(found.effective_samples, expected.effective_samples);
  EXPECT_GT(expected.negative, 100);
}

TEST(SetWeights, OfSamplesWithoutThemAreNone) {
  const Communicator world = Communicator::world();
  const SetWeights found = weights_of(test::sample_set(77, world), world);
  EXPECT_TRUE(found.all_one);
  EXPECT_EQ(found.sum, 77);
  EXPECT_EQ(found.unit(), 1);
  EXPECT_EQ(found.scale(), 1);
  EXPECT_EQ(found.effective_samples, 77);
}

TEST(SetWeights, HaveUnitsWithRoomForAllOfThem) {
  SetWeights weights;
  weights.all_one = false;
  for (const double absolute : {1e-30, 0.7, 1.0, 1024.0, 5e6, 3e38}) {
    weights.absolute = absolute;
    EXPECT_LE(absolute / weights.unit(), 0x1p52) << absolute;
    EXPECT_GT(absolute / weights.unit(), 0x1p50) << absolute;
  }
  for (const double largest : {0.1, 1.0, 1.5, 2.0, 2.1, 1e6, 1e25}) {
    weights.largest = largest;
    const auto scale = static_cast<double>(weights.scale());
    EXPECT_LE(largest * scale, 1.0) << largest;
    EXPECT_TRUE(scale == 1 || largest * scale > 0.5) << largest;
  }
}

TEST(NormalizeWeights, GivesTheSameBitsOnAnyNumberOfRanksAndMeanOne) {
  const Communicator world = Communicator::world();
  const Communicator alone = Communicator::self();
  const auto mild = [](std::int64_t number) { return static_cast<float>(number % 17) * 0.37F - 0.5F; };
  for (const WeightOf& weight_of : {WeightOf(mild), WeightOf(wild)}) {
    SampleSet expected = test::weighted_samples(1000, alone, weight_of);
    normalize_weights(expected, Set::train, alone);
    SampleSet found = test::weighted_samples(1000, world, weight_of);
    normalize_weights(found, Set::train, world);
    const std::vector<float> all = gathered(found, world);
    const std::vector<float> wanted = gathered(expected, alone);
    EXPECT_EQ(all, world.is_root() ? wanted : std::vector<float>());
    EXPECT_NEAR(weights_of(found, world).sum, 1000, 1e-3);
  }
}

TEST(NormalizeWeights, KnowsNoUnit) {
  const Communicator world = Communicator::world();
  SampleSet twos = test::weighted_samples(100, world, [](std::int64_t) { return 2.0F; });
  normalize_weights(twos, Set::train, world);
  EXPECT_TRUE(weights_of(twos, world).all_one);
  SampleSet tenths = test::weighted_samples(100, world, [](std::int64_t) { return 0.1F; });
  normalize_weights(tenths, Set::train, world);
  EXPECT_TRUE(weights_of(tenths, world).all_one);
}

TEST(NormalizeWeights, NeedsASumAboveZero) {
  const Communicator world = Communicator::world();
  for (const float first : {0.0F, -3.0F}) {
    SampleSet set =
        test::weighted_samples(10, world, [&](std::int64_t number) { return number == 0 ? first : 0.0F; });
    try {
      normalize_weights(set, Set::validation, world);
      ADD_FAILURE() << "took a sum of " << first;
    } catch (const Untrainable& error) {
      EXPECT_NE(std::string(error.what()).find("weights of the validation set sum to"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace jetrain
