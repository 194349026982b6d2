#include "samples/sample_message.hpp"

#include <gtest/gtest.h>

#include "sparse_samples.hpp"

namespace jetrain {
namespace {

using test::NumberedSample;

std::vector<std::byte> message(std::int64_t first, std::int64_t last) {
  std::vector<NumberedSample> samples;
  for (std::int64_t i = first; i < last; ++i) samples.emplace_back(i);
  std::vector<SampleView> views;
  for (const NumberedSample& sample : samples) views.push_back(sample.view());
  return pack_samples(views);
}

TEST(SampleMessage, GivesBackItsSamples) {
  for (const std::int64_t count : {1, 2, 15, 16, 17, 100}) {
    const auto bytes = message(0, count);
    EXPECT_EQ(bytes.size() % 16, 0U);
    const auto views = unpack_samples(bytes);
    ASSERT_EQ(std::ssize(views), count);
    for (std::int64_t i = 0; i < count; ++i) {
      EXPECT_TRUE(test::is_sample(views[static_cast<std::size_t>(i)], i)) << i;
    }
  }
}

TEST(SampleMessage, CarriesEveryPart) {
  const std::vector<float> numbers{1, 2, 3, 4, 5, 6, 7, 8};
  const std::span<const float> all(numbers);
  std::vector<NumberedSample> samples;
  for (std::int64_t i = 0; i < 3; ++i) samples.emplace_back(i);
  std::vector<SampleView> sent;
  for (std::size_t i = 0; i < 3; ++i) {
    sent.push_back(samples[i].view());
    sent.back().features = all.subspan(i, 2);
    sent.back().targets = all.subspan(2 * i, 3);
    sent.back().teacher = all.subspan(i, 2);
    sent.back().weight = i == 1 ? -0.25F : 1.0F;
  }
  const auto bytes = pack_samples(sent);
  const auto views = unpack_samples(bytes);
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[1].weight, -0.25F);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(test::equal(views[i], sent[i])) << i;
}

TEST(SampleMessage, OfNoSamplesIsEmpty) {
  EXPECT_TRUE(pack_samples({}).empty());
  EXPECT_TRUE(unpack_samples({}).empty());
}

TEST(SampleMessage, ManyStandOneAfterAnother) {
  std::vector<std::byte> all;
  for (const std::int64_t first : {0, 13, 26}) {
    const auto bytes = message(first, first + 13);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  const auto views = unpack_samples(all);
  ASSERT_EQ(views.size(), 39U);
  for (std::size_t i = 0; i < views.size(); ++i) {
    EXPECT_TRUE(test::is_sample(views[i], static_cast<std::int64_t>(i))) << i;
  }
}

}  // namespace
}  // namespace jetrain
