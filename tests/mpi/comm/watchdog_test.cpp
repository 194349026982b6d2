#include "comm/watchdog.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

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

/// As a long validation does.
void get_on_for(double seconds) {
  for (const Stopwatch watch; watch.seconds() < seconds;) {
    progress::tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

TEST(Watchdog, LetsRanksWaitForOneThatGetsOn) {
  const Communicator world = Communicator::world();
  const Watchdog watchdog(1, world);
  for (const int busy : {0, world.size() - 1}) {
    if (world.rank() == busy) get_on_for(2.5);
    EXPECT_EQ(world.sum(std::int64_t{1}), world.size());
  }
}

// By then it has stood still for longer than ranks may: it waits. Only its silence counts, from when it
// began.
TEST(Watchdog, LetsARankThatWaitsFallSilentForAWhile) {
  const Communicator world = Communicator::world();
  if (world.size() != 2) GTEST_SKIP() << "of two ranks alone: it takes 18 seconds";
  const Watchdog watchdog(10, world);
  const auto other = static_cast<pid_t>(world.all_gather(std::int64_t{getpid()})[1]);
  if (world.is_root()) {
    get_on_for(10.5);
    kill(other, SIGSTOP);
    get_on_for(6.5);
    kill(other, SIGCONT);
    get_on_for(0.5);
  }
  EXPECT_EQ(world.sum(std::int64_t{1}), 2);
}

TEST(Watchdog, NeedsNoStallToLeaveAtOnce) {
  const Communicator world = Communicator::world();
  const Stopwatch watch;
  for (int i = 0; i < 5; ++i) const Watchdog watchdog(0, world);
  EXPECT_LT(watch.seconds(), 20);
}

}  // namespace
}  // namespace jetrain
