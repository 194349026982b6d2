#include "batches/batch_feeder.hpp"

#include <gtest/gtest.h>

#include "batches/epoch_order.hpp"
#include "sparse_samples.hpp"

namespace jetrain {
namespace {

/// Goes through two epochs and checks that this rank gets its positions' samples, batch by batch.
void check_epochs(std::int64_t samples, std::int64_t batch_size, Shuffle shuffle) {
  const Communicator world = Communicator::world();
  const SampleSet home = test::sample_set(samples, world);
  BatchFeeder feeder(home, world);
  for (const std::uint32_t epoch : {1U, 2U}) {
    const BatchPlan plan{samples, epoch * batch_size, world.size()};  // the second one's batches are larger
    const EpochOrder order(shuffle, 5, epoch, plan, home.begins);
    feeder.start_epoch(plan, order);
    for (std::int64_t b = 0; b < plan.batches(); ++b) {
      const auto [mine, numbers, first] = feeder.part(b);
      const Positions part = plan.part(b, world.rank());
      ASSERT_EQ(first, part.first);
      ASSERT_EQ(std::ssize(mine), part.size()) << "batch " << b;
      for (std::int64_t i = 0; i < part.size(); ++i) {
        const std::int64_t number = order.sample_at(part.first + i);
        ASSERT_EQ(numbers[static_cast<std::size_t>(i)], number);
        ASSERT_TRUE(test::is_sample(mine[static_cast<std::size_t>(i)], number)) << "batch " << b << ", " << i;
      }
    }
  }
}

TEST(BatchFeeder, BringsEveryRankItsSamplesInEveryOrder) {
  for (const Shuffle shuffle : kValues<Shuffle>) check_epochs(500, 50, shuffle);
}

TEST(BatchFeeder, WorksOverSeveralWindows) {
  // A window holds about 8,192 samples a rank.
  for (const Shuffle shuffle : {Shuffle::global, Shuffle::local}) check_epochs(50000, 1000, shuffle);
}

TEST(BatchFeeder, WorksWhereABatchIsLargerThanAWindow) {
  check_epochs(40000, 36000, Shuffle::global);
}

TEST(BatchFeeder, WorksWithFewerSamplesThanRanks) {
  check_epochs(1, 1, Shuffle::global);
  check_epochs(2, 50, Shuffle::global);
  check_epochs(3, 1, Shuffle::local);
}

}  // namespace
}  // namespace jetrain
