#include "core/input_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
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
  EXPECT_THROW(InputFile(folder.file("gone")), DataError);
  EXPECT_THROW(InputFile(folder.file("")), DataError);
}

TEST(InputFile, GivesBytesFromAnyPlace) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "0123456789";
  const InputFile file(folder.file("file"));
  EXPECT_EQ(file.size(), 10);
  std::array<char, 4> text{};
  file.read(5, std::as_writable_bytes(std::span(text)));
  EXPECT_EQ(std::string(text.begin(), text.end()), "5678");
  file.read(10, {});  // nothing stands there, and nothing is asked for
}

TEST(InputFile, ThatGotShorterIsNoFileOfZeros) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "0123456789";
  const InputFile file(folder.file("file"));
  std::filesystem::resize_file(folder.file("file"), 6);
  std::array<std::byte, 4> bytes{};
  file.read(2, bytes);
  try {
    file.read(3, bytes);
    FAIL() << "it was read";
  } catch (const ReadError& error) {
    EXPECT_EQ(std::string(error.what()),
              "reading " + folder.file("file") + " failed: the file got shorter while it was read");
  }
}

TEST(InputFile, AFolderThatCannotBeListedIsNotEmpty) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("b")) << "";
  std::ofstream(folder.file("a")) << "";
  EXPECT_EQ(entries_of(folder.file("")),
            (std::vector<std::filesystem::path>{folder.file("a"), folder.file("b")}));
  EXPECT_TRUE(entries_of(folder.file("gone")).empty());
  EXPECT_THROW(entries_of(folder.file("a")), ReadError);  // a file
  EXPECT_TRUE(is_there(folder.file("a")));
  EXPECT_FALSE(is_there(folder.file("gone")));
  EXPECT_FALSE(is_there(folder.file("a/b")));
  EXPECT_THROW(is_there(folder.file(std::string(300, 'x'))), ReadError);  // no name that the system takes
}

}  // namespace
}  // namespace jetrain
