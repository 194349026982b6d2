#include "core/out_of_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/progress.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

template <class Work>
std::string what_of(const Work& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(OutOfMemory, SaysWhatItWasForAndHowMuch) {
  note_refused(12'345'678);
  const std::string what = what_of([] { memory_for("the jets", [] { throw std::bad_alloc(); }); });
  EXPECT_THAT(
      what,
      StartsWith("out of memory for the jets: the system gave no 12.3 MB more to this process, which has "));
  note_refused(0);
}

TEST(OutOfMemory, IsAlsoAVectorLargerThanAnyMemory) {
  const std::string what = what_of([] {
    memory_for("a vector", [] { return std::vector<double>(std::vector<double>().max_size() + 1); });
  });
  EXPECT_THAT(what, StartsWith("out of memory for a vector: the system gave no more to this process"));
}

TEST(OutOfMemory, NamesTheInnermostPurpose) {
  const std::string what =
      what_of([] { memory_for("all", [] { memory_for("a part", [] { throw std::bad_alloc(); }); }); });
  EXPECT_THAT(what, HasSubstr("for a part"));
  EXPECT_THAT(what, testing::Not(HasSubstr("for all")));
}

TEST(OutOfMemory, LeavesOtherErrorsAndResultsAlone) {
  EXPECT_EQ(memory_for("a number", [] { return 5; }), 5);
  EXPECT_EQ(what_of([] { memory_for("nothing", [] { throw DataError("damaged"); }); }), "damaged");
}

TEST(OutOfMemory, WithoutAPurposeIsToldWithTheActivity) {
  progress::set(progress::Activity::validating);
  EXPECT_THAT(message_of(std::bad_alloc()), StartsWith("out of memory in validation"));
  progress::set(progress::Activity::starting);
  EXPECT_EQ(message_of(DataError("damaged")), "damaged");
}

}  // namespace
}  // namespace jetrain
