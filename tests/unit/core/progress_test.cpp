#include "core/progress.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

TEST(Progress, IsWhatWasWrittenLast) {
  progress::set(progress::Activity::validating);
  progress::set_step(3, 17);
  const progress::Snapshot at = progress::now();
  EXPECT_EQ(at.activity, progress::Activity::validating);
  EXPECT_EQ(at.epoch, 3);
  EXPECT_EQ(at.step, 17);
  EXPECT_FALSE(at.waiting);
}

TEST(Progress, AnySignOfItTells) {
  const progress::Snapshot before = progress::now();
  EXPECT_TRUE(progress::same(before, progress::now()));
  progress::tick();
  EXPECT_FALSE(progress::same(before, progress::now()));
}

TEST(Progress, WaitingEndsWithItsScope) {
  const progress::Snapshot before = progress::now();
  {
    const progress::Waiting waiting;
    EXPECT_TRUE(progress::now().waiting);
  }
  EXPECT_FALSE(progress::now().waiting);
  EXPECT_FALSE(progress::same(before, progress::now()));  // others have come
}

// A sum over ranks is made of smaller ones, and goes on waiting after each.
TEST(Progress, WaitsAsLongAsTheOuterWait) {
  const progress::Waiting outer;
  {
    const progress::Waiting inner;
    EXPECT_TRUE(progress::now().waiting);
  }
  EXPECT_TRUE(progress::now().waiting);
}

}  // namespace
}  // namespace jetrain
