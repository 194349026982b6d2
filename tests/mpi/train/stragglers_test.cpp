#include "train/stragglers.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

TEST(StragglerWatch, NamesTheSlowRankAndThePhase) {
  const Communicator world = Communicator::world();
  const StragglerWatch watch(1.5, world);
  const int slow = world.size() - 1;
  const auto found =
      watch.look(3, {{"computing", world.rank() == slow ? 4.0 : 2.0, 10}, {"updating", 1.0, 10}});
  if (!world.is_root() || world.size() == 1) {
    EXPECT_TRUE(found.empty());
    return;
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rank, slow);
  EXPECT_EQ(found[0].epoch, 3);
  EXPECT_EQ(found[0].phase, "computing");
  EXPECT_FALSE(found[0].host.empty());
  EXPECT_DOUBLE_EQ(found[0].factor, 2.0);
  EXPECT_DOUBLE_EQ(found[0].seconds, 4.0);
}

TEST(StragglerWatch, SaysHowManyMoreWereSlow) {
  Straggler slow{2, 70, "node3", "reading", 1.5, 3.0};
  EXPECT_EQ(describe(slow),
            "straggler: rank 70 on node3 took 3.0 times as long as the median rank for reading in epoch 2 "
            "(1.5 s)");
  slow.others = 60;
  EXPECT_EQ(describe(slow),
            "straggler: rank 70 on node3 took 3.0 times as long as the median rank for reading in epoch 2 "
            "(1.5 s; so did 60 more ranks, less slow)");
}

TEST(StragglerWatch, DoesNotBlameARankForMoreWorkOrForNone) {
  const Communicator world = Communicator::world();
  const StragglerWatch watch(1.5, world);
  const double work = world.is_root() ? 30 : 10;
  EXPECT_TRUE(watch.look(1, {{"computing", work / 10, work}}).empty());
  const bool idle = world.is_root();
  EXPECT_TRUE(watch.look(1, {{"computing", idle ? 9.0 : 1.0, idle ? 0.0 : 10.0}}).empty());
}

TEST(StragglerWatch, DoesNotMindMillisecondsAndCanBeSwitchedOff) {
  const Communicator world = Communicator::world();
  const double seconds = world.is_root() ? 0.04 : 0.001;
  EXPECT_TRUE(StragglerWatch(1.5, world).look(1, {{"computing", seconds, 1}}).empty());
  EXPECT_TRUE(StragglerWatch(0, world).look(1, {{"computing", 1000 * seconds, 1}}).empty());
}

}  // namespace
}  // namespace jetrain
