#include "core/input_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

TEST(InputFile, IsReadToItsLastByte) {
  const test::TemporaryFolder folder;
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 1000000UL}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7);
    std::ofstream(folder.file("file"), std::ios::binary) << content;
    EXPECT_EQ(read_whole(folder.file("file")), content) << size;
  }
}

TEST(InputFile, MayBeAPipe) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(mkfifo(folder.file("pipe").c_str(), 0600), 0);
  const std::string content(200000, 'x');
  std::thread writer([&] { std::ofstream(folder.file("pipe")) << content; });
  EXPECT_EQ(read_whole(folder.file("pipe")), content);
  writer.join();
}

TEST(InputFile, IsReadNoFurtherThanAsked) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("file")) << std::string(1000, 'x');
  EXPECT_EQ(try_read_whole(folder.file("file"), 1000)->size(), 1000U);
  EXPECT_EQ(try_read_whole(folder.file("file"), 999)->size(), 1000U);
  const auto endless = try_read_whole("/dev/zero", 1'000'000);
  EXPECT_GT(endless->size(), 1'000'000U);
  EXPECT_LT(endless->size(), 3'000'000U);
}

TEST(InputFile, OfTheSystemHasNoSizeBeforeItIsRead) {
  EXPECT_THAT(read_whole("/proc/self/status"), HasSubstr("VmRSS"));
}

TEST(InputFile, ThatCannotBeReadIsNamedWithTheReason) {
  const test::TemporaryFolder folder;
  const auto reason = [](const std::string& path) -> std::string {
    try {
      read_whole(path);
    } catch (const DataError& error) {
      return error.what();
    }
    return "it was read";
  };
  EXPECT_EQ(reason(folder.file("gone")),
            "cannot read " + folder.file("gone") + ": No such file or directory");
  EXPECT_THAT(reason(folder.file("")), HasSubstr("Is a directory"));
  EXPECT_FALSE(try_read_whole(folder.file("gone")));
}

}  // namespace
}  // namespace jetrain
