#include "core/uninterrupted.hpp"

#include <gtest/gtest.h>

namespace jetrain {
namespace {

TEST(Uninterrupted, MakesAnInterruptedCallAgain) {
  int calls = 0;
  const int result = uninterrupted([&] {
    errno = EINTR;
    return ++calls < 3 ? -1 : 5;
  });
  EXPECT_EQ(result, 5);
  EXPECT_EQ(calls, 3);
}

TEST(Uninterrupted, GivesUpOnOtherErrorsAtOnceAndOnInterruptionsInTheEnd) {
  int calls = 0;
  const auto failing = [&](int cause) {
    calls = 0;
    return uninterrupted([&] {
      ++calls;
      errno = cause;
      return -1;
    });
  };
  EXPECT_EQ(failing(EIO), -1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(failing(EINTR), -1);
  EXPECT_EQ(errno, EINTR);
  EXPECT_GT(calls, 1);
}

}  // namespace
}  // namespace jetrain
