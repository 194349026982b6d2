#include "batches/redistribute.hpp"

#include <gtest/gtest.h>

#include "sparse_samples.hpp"

namespace jetrain {
namespace {

void check(std::int64_t samples, const std::vector<std::int64_t>& borders) {
  const Communicator world = Communicator::world();
  SampleSet set = test::sample_set(samples, world);
  redistribute(set, borders, world);
  ASSERT_EQ(set.begins, borders);
  const std::int64_t begin = borders[static_cast<std::size_t>(world.rank())];
  ASSERT_EQ(set.samples.size(), borders[static_cast<std::size_t>(world.rank()) + 1] - begin);
  for (std::int64_t i = 0; i < set.samples.size(); ++i) {
    ASSERT_TRUE(test::is_sample(set.samples[i], begin + i)) << "sample " << begin + i;
  }
}

TEST(Redistribute, BringsEverySampleToItsRankInOrder) {
  const int ranks = Communicator::world().size();
  for (const std::int64_t samples : {0, 1, 15, 100, 70000}) {
    check(samples, root_borders(samples, ranks));
    check(samples, even_borders(samples, ranks));
    std::vector<std::int64_t> all_to_last(static_cast<std::size_t>(ranks) + 1, 0);
    all_to_last.back() = samples;
    check(samples, all_to_last);
  }
}

TEST(Redistribute, BringsSetsToTheirRank) {
  const Communicator world = Communicator::world();
  constexpr std::int64_t kSamples = 30000;
  SampleSet set;
  set.layout.constituent_columns = 4;
  set.begins = even_borders(kSamples, world.size());
  const auto me = static_cast<std::size_t>(world.rank());
  for (std::int64_t i = set.begins[me]; i < set.begins[me + 1]; ++i)
    set.samples.append(test::NumberedSet(i).view());
  for (const auto& borders : {root_borders(kSamples, world.size()), even_borders(kSamples, world.size())}) {
    redistribute(set, borders, world);
    ASSERT_EQ(set.samples.size(), borders[me + 1] - borders[me]);
    for (std::int64_t i = 0; i < set.samples.size(); ++i)
      ASSERT_TRUE(test::equal(set.samples[i], test::NumberedSet(borders[me] + i).view())) << i;
  }
}

TEST(Redistribute, EvenBordersDifferByOneLeafAtMost) {
  EXPECT_EQ(even_borders(100, 1), (std::vector<std::int64_t>{0, 100}));
  EXPECT_EQ(even_borders(100, 3), (std::vector<std::int64_t>{0, 32, 64, 100}));
  EXPECT_EQ(even_borders(10, 3), (std::vector<std::int64_t>{0, 0, 0, 10}));
  EXPECT_EQ(even_borders(0, 2), (std::vector<std::int64_t>{0, 0, 0}));
}

}  // namespace
}  // namespace jetrain
