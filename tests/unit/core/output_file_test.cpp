#include "jetrain/core/output_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetrain/core/error.hpp"
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
