#include "telemetry/event_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

// What the events hold is read by an independent reader in tests/cli/tensorboard_test.sh.
namespace jetrain {
namespace {

using test::TemporaryFolder;

TEST(Crc32c, OfTheExamplesInRfc3720) {
  const auto of = [](const std::string& bytes) { return crc32c(bytes); };
  EXPECT_EQ(of(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(of(std::string(32, '\xFF')), 0x62A8AB43U);
  std::string rising(32, '\0');
  std::iota(rising.begin(), rising.end(), '\0');
  EXPECT_EQ(of(rising), 0x46DD794EU);
  EXPECT_EQ(of("123456789"), 0xE3069283U);
  EXPECT_EQ(of(""), 0U);
}

TEST(EventFile, GrowsByWholeRecordsWhenFlushed) {
  const TemporaryFolder folder;
  EventFile events(folder.file("a/b"));
  const auto first = std::filesystem::file_size(events.path());
  EXPECT_GT(first, 0U);
  events.scalars(1, {{"loss", 0.5}});
  EXPECT_EQ(std::filesystem::file_size(events.path()), first);
  events.flush();
  EXPECT_GT(std::filesystem::file_size(events.path()), first);
}

TEST(EventFile, SaysWhereItCannotBeWritten) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "no folder";
  EXPECT_THROW(EventFile(folder.file("file")), DataError);
  EventFile events(folder.file("events"));
  std::filesystem::remove_all(folder.file("events"));
  events.scalars(1, {{"loss", 0.5}});
  EXPECT_THROW(events.flush(), DataError);
}

}  // namespace
}  // namespace jetrain
