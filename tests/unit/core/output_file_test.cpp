#include "core/output_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>

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
  one.claim();
  write_text(one.name(), "one");
  write_text(one.name() + ".data.0", "of the one");
  {
    PendingFile other(folder.file("a.h5"), true);
    EXPECT_THROW(other.claim(), DataError);
  }
  EXPECT_EQ(content_of(one.name()), "one");
  EXPECT_EQ(content_of(one.name() + ".data.0"), "of the one");
  one.complete();
  PendingFile(folder.file("a.h5"), true).claim();
  EXPECT_EQ(content_of(folder.file("a.h5")), "one");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, ClearsWhatAKilledJobLeft) {
  const test::TemporaryFolder folder;
  for (const char* left : {".writing", ".lock", ".writing.data.0", ".writing.data.17", ".writing.metadata.3"})
    write_text(folder.file("a.h5") + left, "half");
  write_text(folder.file("b.h5.writing.data.0"), "of another file");
  PendingFile pending(folder.file("a.h5"), true);
  pending.claim();
  EXPECT_EQ(content_of(pending.name()), "");
  pending.complete();
  EXPECT_EQ(content_of(folder.file("a.h5")), "");
  EXPECT_EQ(content_of(folder.file("b.h5.writing.data.0")), "of another file");
  EXPECT_EQ(folder.entries(), 2);
}

TEST(OutputFile, IsNotPutInPlaceWhereACheckRefusesIt) {
  const test::TemporaryFolder folder;
  write_text(folder.file("a.h5"), "old");
  {
    PendingFile pending(folder.file("a.h5"), true);
    pending.claim();
    EXPECT_THROW(pending.complete([] { throw DataError("half"); }), DataError);
  }
  EXPECT_EQ(content_of(folder.file("a.h5")), "old");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, IsRemovedByARankThatIsLeftAloneButNotThatOfALaterJob) {
  const test::TemporaryFolder folder;
  auto owner = std::make_unique<PendingFile>(folder.file("a.h5"), true);
  owner->claim();
  {
    PendingFile other_rank(folder.file("a.h5"), false);
    other_rank.join();
  }
  EXPECT_EQ(folder.entries(), 0);

  PendingFile slow_rank(folder.file("b.h5"), false);
  {
    PendingFile gone(folder.file("b.h5"), true);
    gone.claim();
    slow_rank.join();
    std::filesystem::rename(gone.name(), folder.file("kept"));  // so that its number is not used again
    std::filesystem::rename(folder.file("b.h5.lock"), folder.file("kept.lock"));
  }
  PendingFile later(folder.file("b.h5"), true);
  later.claim();
  remove_pending_files();
  EXPECT_EQ(folder.entries(), 2);  // those kept: the later one is this process's, too
}

TEST(OutputFile, NamesARankThatCannotWriteIt) {
  const test::TemporaryFolder folder;
  PendingFile other_rank(folder.file("a.h5"), false);
  try {
    other_rank.join();
    FAIL() << "must throw";
  } catch (const DataError& error) {
    EXPECT_EQ(std::string(error.what()),
              "cannot write " + folder.file("a.h5") + ": No such file or directory");
  }
}

TEST(OutputFile, SaysHowMuchRoomIsMissing) {
  const test::TemporaryFolder folder;
  PendingFile pending(folder.file("a.h5"), true);
  pending.claim();
  EXPECT_NO_THROW(pending.reserve(10000));
  try {
    pending.reserve(std::int64_t{1} << 60);  // no disk is that large
    FAIL() << "must throw";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("cannot write " + folder.file("a.h5") + ": "));
    EXPECT_THAT(error.what(), testing::HasSubstr("(up to 11644507196"));
    EXPECT_THAT(error.what(), testing::EndsWith(" MB more are needed)"));
  }
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

TEST(OutputFile, LeftoversOfAKilledJobGoButNotThoseOfALivingOne) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("file");
  std::ofstream(path) << "whole";
  for (const char* end : {".lock", ".writing", ".writing.data.17"}) std::ofstream(path + end) << "left";
  remove_leftovers(path);
  EXPECT_EQ(folder.entries(), 1);
  EXPECT_EQ(test::content_of(path), "whole");

  PendingFile living(path, true);
  living.claim();
  const auto entries = folder.entries();
  remove_leftovers(path);
  EXPECT_EQ(folder.entries(), entries);
}

}  // namespace
}  // namespace jetrain
