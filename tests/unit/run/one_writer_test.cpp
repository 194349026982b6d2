#include "run/one_writer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace jetrain {
namespace {

using std::chrono::milliseconds;

TEST(OneWriter, LetsThreadsWriteOneAfterAnother) {
  std::atomic<int> writing{0};
  std::atomic<int> most{0};
  int written = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        write_alone([&] {
          most = std::max<int>(most, ++writing);
          std::this_thread::sleep_for(milliseconds(1));
          ++written;
          --writing;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(written, 20);
}

TEST(OneWriter, IsNotWaitedForLongerThanWanted) {
  bool written = false;
  const auto write_soon = [&] { return write_alone_within(milliseconds(1), [&] { written = true; }); };
  write_alone([&] {
    std::thread other([&] { EXPECT_FALSE(write_soon()); });
    other.join();
  });
  EXPECT_FALSE(written);
  EXPECT_TRUE(write_soon());
  EXPECT_TRUE(written);
}

TEST(OneWriter, MakesRoomAlsoAfterAnError) {
  EXPECT_THROW(write_alone([] { throw std::runtime_error("full"); }), std::runtime_error);
  std::thread other([] { EXPECT_TRUE(write_alone_within(milliseconds(1), [] {})); });
  other.join();
}

}  // namespace
}  // namespace jetrain
