#include "core/crash.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <thread>

#include "core/out_of_memory.hpp"

namespace jetrain {
namespace {

template <class Exception>
void fail(const Exception& exception) {
  throw exception;
}

TEST(UncaughtExceptions, AreToldInOneLineAndEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto in_a_thread = [](const auto& exception) {
    explain_uncaught();
    std::thread([&] { fail(exception); }).join();
  };
  EXPECT_EXIT(in_a_thread(std::runtime_error("a thread failed")), testing::ExitedWithCode(1),
              "^jetrain: a thread failed\n$");
  EXPECT_EXIT(
      {
        note_refused(4096);
        in_a_thread(std::bad_alloc());
      },
      testing::ExitedWithCode(1),
      "^jetrain: out of memory in the start: the system gave no 4096 bytes more\n$");
}

}  // namespace
}  // namespace jetrain
