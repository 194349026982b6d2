#include "core/run_slots.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace jetrain {
namespace {

TEST(RunSlots, WorksOnEverySlotAndDoesTheOtherThing) {
  std::vector<int> times(100);
  int beside = 0;
  run_slots(
      100, [&](std::int64_t slot) { ++times[static_cast<std::size_t>(slot)]; }, [&] { ++beside; });
  EXPECT_EQ(times, std::vector<int>(100, 1));
  EXPECT_EQ(beside, 1);
}

TEST(RunSlots, RethrowsTheErrorOfTheLowestSlot) {
  const auto work = [](std::int64_t slot) {
    if (slot % 7 == 3) throw std::runtime_error(std::to_string(slot));
  };
  try {
    run_slots(50, work, [] {});
    FAIL() << "no error";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
}

}  // namespace
}  // namespace jetrain
