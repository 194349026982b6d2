#include "core/open_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

rlimit limit_of_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

/// The soft limit, for as long as this lives.
class SoftLimit {
 public:
  explicit SoftLimit(rlim_t files) : before_(limit_of_files()) {
    rlimit limit = before_;
    limit.rlim_cur = files;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~SoftLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
  SoftLimit(const SoftLimit&) = delete;
  SoftLimit& operator=(const SoftLimit&) = delete;

 private:
  rlimit before_;
};

TEST(OpenFiles, AreAllowedAsFarAsTheSystemLets) {
  if (limit_of_files().rlim_max < 500) GTEST_SKIP() << "the system lets no more be open";
  const SoftLimit low(100);
  require_openable(10);
  EXPECT_EQ(limit_of_files().rlim_cur, 100U);
  require_openable(300);
  EXPECT_GE(limit_of_files().rlim_cur, 300U);
}

TEST(OpenFiles, BeyondTheLimitAreRefusedWithTheLimit) {
  const pid_t child = fork();  // a hard limit cannot be raised again
  if (child == 0) {
    const rlimit limit{256, 256};
    setrlimit(RLIMIT_NOFILE, &limit);
    int status = 1;
    try {
      require_openable(500);
    } catch (const UsageError& error) {
      const std::string what = error.what();
      status = what.find("500 data files") != std::string::npos &&
                       what.find("may have 256 open") != std::string::npos &&
                       what.find("ulimit -n") != std::string::npos
                   ? 0
                   : 2;
    }
    _exit(status);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(OpenFiles, AreNotMoreThanAnybodyCanWaitFor) {
  try {
    require_openable(100'000);
    FAIL() << "taken";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("100000 data files are given, and at most 10000"));
  }
}

}  // namespace
}  // namespace jetrain
