#include "samples/sample_store.hpp"

#include <gtest/gtest.h>

#include "sparse_samples.hpp"

namespace jetrain {
namespace {

using test::is_sample;
using test::NumberedSample;

TEST(SampleStore, GivesBackEverySampleAlsoAcrossBlocks) {
  SampleStore store;
  constexpr std::int64_t kSamples = 20000;  // more than two blocks
  for (std::int64_t i = 0; i < kSamples; ++i) store.append(NumberedSample(i).view());
  ASSERT_EQ(store.size(), kSamples);
  std::int64_t signal = 0;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    ASSERT_TRUE(is_sample(store[i], i)) << i;
    signal += store[i].label;
  }
  EXPECT_EQ(store.signal_count(), signal);
}

TEST(SampleStore, GivesBackEveryPartAlsoAcrossBlocks) {
  SampleStore store;
  const auto number = [](std::int64_t i) { return static_cast<float>(i); };
  for (std::int64_t i = 0; i < 9000; ++i) {
    const float features[] = {number(i), number(-i)};
    const float targets[] = {number(2 * i)};
    const NumberedSample numbered(i);
    SampleView sample = numbered.view();
    sample.features = features;
    sample.targets = targets;
    store.append(sample);
  }
  for (std::int64_t i = 0; i < 9000; ++i) {
    SampleView sample = store[i];
    ASSERT_TRUE(std::ranges::equal(sample.features, std::vector{number(i), number(-i)})) << i;
    ASSERT_TRUE(std::ranges::equal(sample.targets, std::vector{number(2 * i)})) << i;
    sample.features = sample.targets = {};
    ASSERT_TRUE(is_sample(sample, i)) << i;
  }
}

TEST(SampleStore, GivesEachSampleWhatTheTeacherSaysOfIt) {
  SampleStore store;
  constexpr std::int64_t kSamples = 9000;
  for (std::int64_t i = 0; i < kSamples; ++i) store.append(NumberedSample(i).view());
  EXPECT_TRUE(store[5].teacher.empty());
  const std::int64_t before = store.bytes();
  std::vector<float> probabilities;
  for (std::int64_t i = 0; i < 3 * kSamples; ++i) probabilities.push_back(static_cast<float>(i));
  store.set_teacher(probabilities, 3);
  for (std::int64_t i = 0; i < kSamples; ++i) {
    ASSERT_TRUE(std::ranges::equal(store[i].teacher,
                                   std::span(probabilities).subspan(3 * static_cast<std::size_t>(i), 3)))
        << i;
    SampleView sample = store[i];
    sample.teacher = {};
    ASSERT_TRUE(is_sample(sample, i)) << i;
  }
  EXPECT_GE(store.bytes(), before + 3 * kSamples * std::int64_t{sizeof(float)});
}

/// Sample `i`, which counts as `weight_of` says.
template <class WeightOf>
void append_weighted(std::int64_t samples, const WeightOf& weight_of, SampleStore& store) {
  for (std::int64_t i = 0; i < samples; ++i) {
    const NumberedSample numbered(i);
    SampleView sample = numbered.view();
    sample.weight = weight_of(i);
    store.append(sample);
  }
}

TEST(SampleStore, KeepsAWeightASampleAndNothingWhereAllAreOne) {
  constexpr std::int64_t kSamples = 20000;
  SampleStore plain, ones, weighted;
  const auto one = [](std::int64_t) { return 1.0F; };
  // The first block has none but 1, the second another one in its middle only.
  const auto late = [](std::int64_t i) { return i < 12000 ? 1.0F : static_cast<float>(i) / 7; };
  append_weighted(kSamples, one, ones);
  append_weighted(kSamples, late, weighted);
  for (std::int64_t i = 0; i < kSamples; ++i) plain.append(NumberedSample(i).view());
  EXPECT_EQ(ones.bytes(), plain.bytes());
  EXPECT_EQ(weighted.bytes(), plain.bytes() + 2 * 8192 * 4);
  for (std::int64_t i = 0; i < kSamples; ++i) {
    ASSERT_EQ(ones[i].weight, 1.0F) << i;
    ASSERT_EQ(weighted[i].weight, late(i)) << i;
  }
  for (std::int64_t i = 0; i < kSamples; ++i) ones.set_weight(i, late(i) + 1);
  for (std::int64_t i = 0; i < kSamples; ++i) ASSERT_EQ(ones[i].weight, late(i) + 1) << i;
  EXPECT_TRUE(is_sample(plain[12345], 12345));
}

TEST(SampleStore, TakesOverAnotherInItsOrder) {
  SampleStore store;
  SampleStore other;
  for (std::int64_t i = 0; i < 8190; ++i) store.append(NumberedSample(i).view());
  for (std::int64_t i = 8190; i < 8200; ++i) other.append(NumberedSample(i).view());
  store.append(std::move(other));
  store.append(SampleStore());
  ASSERT_EQ(store.size(), 8200);
  for (std::int64_t i = 0; i < 8200; ++i) ASSERT_TRUE(is_sample(store[i], i)) << i;
  EXPECT_EQ(other.size(), 0);  // NOLINT(bugprone-use-after-move): the contract says it is empty
  EXPECT_EQ(other.signal_count(), 0);
}

TEST(SampleStore, GrowsOnAfterItGaveBackItsReserve) {
  SampleStore store;
  for (std::int64_t i = 0; i < 100; ++i) store.append(NumberedSample(i).view());
  store.shrink_to_fit();
  for (std::int64_t i = 100; i < 200; ++i) store.append(NumberedSample(i).view());
  for (std::int64_t i = 0; i < 200; ++i) ASSERT_TRUE(is_sample(store[i], i)) << i;
}

TEST(SampleStore, TakesLittleMoreThanItsPixels) {
  SampleStore store;
  std::int64_t entries = 0;
  for (std::int64_t i = 0; i < 50000; ++i) {
    const NumberedSample numbered(i);
    entries += std::ssize(numbered.view().input.positions);
    store.append(numbered.view());
  }
  store.shrink_to_fit();
  EXPECT_LT(store.bytes(), 6 * entries + 5 * (50000 + 8192));
}

TEST(SampleStore, KeepsSetsAndReleasesTheFirstOfThem) {
  SampleStore store;
  for (std::int64_t i = 0; i < 20000; ++i) store.append(test::NumberedSet(i).view());
  store.shrink_to_fit();
  const std::int64_t all = store.bytes();
  // 4.5 constituents on the mean, the sum, the end, and the label; the end of no pixels.
  EXPECT_EQ(all, 3 * 8192 * 9 + 20000 * 16 + 20000 * 9 / 2 * 16);
  store.release_before(8191);
  EXPECT_EQ(store.bytes(), all);
  store.release_before(17000);
  EXPECT_LT(store.bytes(), all / 4);
  EXPECT_EQ(store.size(), 20000);
  for (std::int64_t i = 17000; i < 20000; ++i)
    ASSERT_TRUE(test::equal(store[i], test::NumberedSet(i).view())) << i;
  store.release_before(1'000'000);
  EXPECT_LT(store.bytes(), all / 4);
}

}  // namespace
}  // namespace jetrain
