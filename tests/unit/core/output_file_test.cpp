#include "core/output_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using test::content_of;

TEST(OutputFile, AppearsWholeAndLeavesNothingBeside) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.txt"), "one\n");
  EXPECT_EQ(content_of(folder.file("a.txt")), "one\n");
  write_text(folder.file("a.txt"), "two\n");
  EXPECT_EQ(content_of(folder.file("a.txt")), "two\n");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, StaysAsItWasWhereWritingFails) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.txt"), "one\n");
  const auto fail_half_way = [](const std::string& temporary) {
    std::ofstream(temporary) << "half";
    throw DataError("the disk is full");
  };
  EXPECT_THROW(write_whole(folder.file("a.txt"), fail_half_way), DataError);
  EXPECT_THROW(write_whole(folder.file("b.txt"), fail_half_way), DataError);
  EXPECT_EQ(content_of(folder.file("a.txt")), "one\n");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, NamesThePathThatCannotBeWritten) {
  const test::TemporaryFolder folder;
  try {
    write_text(folder.file("missing/a.txt"), "one\n");
    FAIL() << "must throw";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(folder.file("missing/a.txt") + ": No such file"));
  }
}

TEST(OutputFile, GrowsAtItsEnd) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.csv"), "one\n");
  append_text(folder.file("a.csv"), "two\n");
  append_text(folder.file("a.csv"), "three\n");
  EXPECT_EQ(test::content_of(folder.file("a.csv")), "one\ntwo\nthree\n");
  EXPECT_THROW(append_text(folder.file("b.csv"), "one\n"), DataError);
  EXPECT_FALSE(std::filesystem::exists(folder.file("b.csv")));
}

/// Runs `work` in a child process in which no file may grow beyond `bytes`, as on a full disk.
int exit_code_with_file_limit(rlim_t bytes, const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{bytes, bytes};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      work();
    } catch (const DataError&) {
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(OutputFile, ALineThatDoesNotFitLeavesNothing) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.csv"), "one\n");
  EXPECT_EQ(exit_code_with_file_limit(6, [&] { append_text(folder.file("a.csv"), "two\n"); }), 1);
  EXPECT_EQ(test::content_of(folder.file("a.csv")), "one\n");
}

TEST(OutputFile, AFileThatDoesNotFitLeavesTheOldOne) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.txt"), "one\n");
  EXPECT_EQ(exit_code_with_file_limit(6, [&] { write_text(folder.file("a.txt"), "longer\n"); }), 1);
  EXPECT_EQ(test::content_of(folder.file("a.txt")), "one\n");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, IsWrittenByOneJobAtATime) {
  const test::TemporaryFolder folder;
  PendingFile one(folder.file("a.h5"), true);
  one.keep_spare();
  write_text(one.name(), "one");
  {
    PendingFile other(folder.file("a.h5"), true);
    EXPECT_THROW(other.keep_spare(), DataError);
  }
  EXPECT_EQ(content_of(one.name()), "one");
  one.complete();
  PendingFile(folder.file("a.h5"), true).keep_spare();
  EXPECT_EQ(content_of(folder.file("a.h5")), "one");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, IsRefusedWhereOneExists) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.txt"), "one\n");
  EXPECT_THROW(require_writable(folder.file("a.txt"), false), UsageError);
  EXPECT_NO_THROW(require_writable(folder.file("a.txt"), true));
  EXPECT_NO_THROW(require_writable(folder.file("b.txt"), false));
}

TEST(OutputFile, IsRefusedWhereItCannotBe) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.txt"), "one\n");
  EXPECT_THROW(require_writable(folder.file("."), true), UsageError);
  EXPECT_THROW(require_writable(folder.file("missing/b.txt"), false), UsageError);
  EXPECT_THROW(require_writable(folder.file("a.txt/b.txt"), false), UsageError);
}

}  // namespace
}  // namespace jetrain
