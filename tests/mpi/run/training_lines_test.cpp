#include "run/training_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_network.hpp"

namespace jetrain {
namespace {

TEST(StragglerLines, WarnOfASlowRankAndKeepItForTheResult) {
  const Communicator world = Communicator::world();
  const StragglerWatch watch(1.5, world);  // collective
  if (!world.is_root() || world.size() == 1) return;
  RankTimes times(static_cast<std::size_t>(world.size()), {{"computing", 2.0, 10}});
  times.back().front().seconds = 8.0;
  EpochRecord record;
  record.epoch = 4;
  const Model model = test::small_network();
  std::vector<Straggler> found;
  testing::internal::CaptureStdout();
  {
    Log log(true);
    StragglerLines(watch, found, log).on_epoch({.record = record, .model = model, .times = times});
  }
  EXPECT_THAT(
      testing::internal::GetCapturedStdout(),
      testing::MatchesRegex("warning: straggler: rank [0-9] on .* took 4.0 times as long as the median "
                            "rank for computing in epoch 4 .8.0 s.\n"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rank, world.size() - 1);
}

}  // namespace
}  // namespace jetrain
