#include "telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using test::content_of;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::MatchesRegex;

/// What a log prints while `work` uses it; stdout is no terminal then.
std::string printed(const std::function<void()>& work) {
  testing::internal::CaptureStdout();
  work();
  return testing::internal::GetCapturedStdout();
}

void say_all(Log& log) {
  log.debug("details");
  log.info("news");
  log.warning("trouble");
}

TEST(Log, PrintsFromItsLevelOn) {
  const auto of = [](LogLevel level) {
    return printed([&] {
      Log log(true, level);
      say_all(log);
    });
  };
  EXPECT_EQ(of(LogLevel::debug), "details\nnews\nwarning: trouble\n");
  EXPECT_EQ(of(LogLevel::info), "news\nwarning: trouble\n");
  EXPECT_EQ(of(LogLevel::warning), "warning: trouble\n");
  EXPECT_EQ(of(LogLevel::error), "");
}

TEST(Log, IsSilentOnOtherRanks) {
  const TemporaryFolder folder;
  EXPECT_EQ(printed([&] {
              Log log(false, LogLevel::debug);
              log.also_to(folder.file("log.txt"));
              say_all(log);
              EXPECT_FALSE(log.wants_debug());
            }),
            "");
  EXPECT_FALSE(std::ifstream(folder.file("log.txt")).good());
}

TEST(Log, KeepsTheWholeStoryInItsFileWhereItPrintsLittle) {
  const TemporaryFolder folder;
  const std::string file = folder.file("log.txt");
  EXPECT_EQ(printed([&] {
              Log log(true, LogLevel::warning);
              log.info("before the file");
              log.also_to(file);
              say_all(log);
            }),
            "warning: trouble\n");
  EXPECT_THAT(content_of(file),
              MatchesRegex("[0-9: -]+  before the file\n[0-9: -]+  news\n[0-9: -]+  warning: trouble\n"));
}

TEST(Log, FileOnlyPrintsNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(printed([&] {
              Log log(true, LogLevel::debug, Log::To::file_only);
              log.also_to(folder.file("log.txt"));
              say_all(log);
            }),
            "");
  EXPECT_THAT(content_of(folder.file("log.txt")), HasSubstr("details\n"));
}

TEST(Log, WithoutATerminalProgressIsALineAfterLongSilenceOnly) {
  const TemporaryFolder folder;
  const std::string file = folder.file("log.txt");
  const std::string text = printed([&] {
    Log log(true, LogLevel::info, Log::To::terminal, 0.05);
    log.also_to(file);
    EXPECT_FALSE(log.progress_due(false));
    const Stopwatch watch;
    int lines = 0;
    while (watch.seconds() < 0.3) {
      if (!log.progress_due(false)) continue;
      log.progress("half way");
      EXPECT_FALSE(log.progress_due(false));
      ++lines;
    }
    EXPECT_GE(lines, 1);
    EXPECT_LE(lines, 6);
    log.info("done");
    EXPECT_FALSE(log.progress_due(false)) << "any message breaks the silence";
    EXPECT_FALSE(log.progress_due(true)) << "the message at the end follows anyway";
  });
  EXPECT_THAT(text, MatchesRegex("(half way\n)+done\n"));
  EXPECT_THAT(content_of(file), HasSubstr("half way\n"));
  EXPECT_EQ(printed([] {
              Log log(true, LogLevel::info);  // a minute has not passed
              log.progress("half way");
            }),
            "");
}

}  // namespace
}  // namespace jetrain
