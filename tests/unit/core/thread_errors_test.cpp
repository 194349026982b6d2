#include "core/thread_errors.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace jetrain {
namespace {

TEST(ThreadErrors, LeaveAnOpenMpRegionBehindIt) {
  ThreadErrors errors;
  int done = 0;
#pragma omp parallel for num_threads(4) reduction(+ : done)
  for (int i = 0; i < 100; ++i) {
    errors.run([&] {
      if (i % 10 == 3) throw std::bad_alloc();
      ++done;
    });
  }
  EXPECT_EQ(done, 90);
  EXPECT_THROW(errors.rethrow(), std::bad_alloc);
}

TEST(ThreadErrors, AreNoneWhereNothingFails) {
  ThreadErrors errors;
  errors.run([] {});
  EXPECT_NO_THROW(errors.rethrow());
}

TEST(ThreadErrors, KeepTheFirst) {
  ThreadErrors errors;
  errors.run([] { throw std::invalid_argument("first"); });
  errors.run([] { throw std::bad_alloc(); });
  EXPECT_THROW(errors.rethrow(), std::invalid_argument);
}

}  // namespace
}  // namespace jetrain
