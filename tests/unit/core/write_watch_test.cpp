#include "core/write_watch.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

namespace jetrain {
namespace {

TEST(WriteWatch, KeepsTheFirstReason) {
  WriteWatch watch;
  EXPECT_FALSE(watch.failed());
  watch.note(ENOSPC);
  watch.note(EIO);
  EXPECT_TRUE(watch.failed());
  EXPECT_EQ(watch.reason(), "No space left on device");
}

TEST(WriteWatch, InventsNoReason) {
  WriteWatch watch;
  watch.note(0);
  EXPECT_TRUE(watch.failed());
  EXPECT_EQ(watch.reason(), "the system gave no reason");
}

TEST(WriteWatch, IsOfItsThreadAndScope) {
  {
    const WriteWatch watch;
    EXPECT_EQ(WriteWatch::active(), &watch);
    std::thread([] { EXPECT_EQ(WriteWatch::active(), nullptr); }).join();
  }
  EXPECT_EQ(WriteWatch::active(), nullptr);
}

}  // namespace
}  // namespace jetrain
