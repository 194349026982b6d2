#include "run/run_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/host_name.hpp"
#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

class RunLockTest : public testing::Test {
 protected:
  std::string folder() const { return folder_.file(""); }
  bool file_is_there() const { return std::filesystem::exists(folder_.file("run.lock")); }

  /// A process that takes the lock and lives until it is killed.
  pid_t start_holder() const {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
      RunLock lock(folder());
      lock.take();
      if (write(ends[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    char byte = 0;
    close(ends[1]);
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return child;
  }

  const test::TemporaryFolder folder_;
};

TEST_F(RunLockTest, IsOfOneAndLeavesNothing) {
  {
    RunLock first(folder());
    first.take();
    first.take();  // has it
    EXPECT_TRUE(file_is_there());
    RunLock second(folder());  // also within one process
    try {
      second.take();
      FAIL() << "two have the lock";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("another job trains in this run directory (process " +
                                          std::to_string(getpid()) + " on " + host_name() + ", since 2"));
      EXPECT_EQ(std::string(error.what()).find('\\'), std::string::npos) << error.what();
    }
    EXPECT_FALSE(second.is_taken());
  }
  EXPECT_FALSE(file_is_there());
  RunLock third(folder());
  third.take();
  EXPECT_TRUE(third.is_taken());
}

TEST_F(RunLockTest, OfAProcessThatIsKilledIsFree) {
  const pid_t holder = start_holder();
  RunLock lock(folder());
  EXPECT_THROW(lock.take(), UsageError);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  EXPECT_TRUE(file_is_there());
  lock.take();
  EXPECT_TRUE(lock.is_taken());
}

TEST_F(RunLockTest, WaitsForAProcessThatIsAboutToEnd) {
  const pid_t holder = start_holder();
  const pid_t killer = fork();
  if (killer == 0) {
    usleep(500'000);
    kill(holder, SIGKILL);
    _exit(0);
  }
  RunLock lock(folder());
  lock.take();
  EXPECT_TRUE(lock.is_taken());
  waitpid(holder, nullptr, 0);
  waitpid(killer, nullptr, 0);
}

TEST_F(RunLockTest, LeavesTheFileOfOthersAlone) {
  {
    RunLock lock(folder());
    lock.take();
    std::filesystem::remove(folder_.file("run.lock"));
    std::ofstream(folder_.file("run.lock")) << "of another";
  }
  EXPECT_TRUE(file_is_there());
}

}  // namespace
}  // namespace jetrain
