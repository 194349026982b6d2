#include "comm/watchdog.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace jetrain {
namespace {

TEST(Watchdog, LetsRanksWorkThatGetOnAndLeave) {
  const Communicator world = Communicator::world();
  {
    Watchdog watchdog(1, world);  // where no rank got on for a second, it would end the process
    EXPECT_EQ(watchdog.unwatched(), 0);
    const Stopwatch watch;
    for (std::int64_t step = 1; watch.seconds() < 2.5; ++step) {
      progress::set_step(1, step);
      watchdog.set_rescue([step] { return Rescued{true, std::to_string(step)}; });
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    watchdog.set_rescue({});
  }
  progress::set_step(0, 0);
  EXPECT_EQ(world.sum(std::int64_t{1}), world.size());
}

TEST(Watchdog, NeedsNoStallToLeaveAtOnce) {
  const Communicator world = Communicator::world();
  const Stopwatch watch;
  for (int i = 0; i < 5; ++i) const Watchdog watchdog(0, world);
  EXPECT_LT(watch.seconds(), 20);
}

}  // namespace
}  // namespace jetrain
