#include "run/training_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "small_network.hpp"
#include "temporary_folder.hpp"

// What the events hold is read by an independent reader in tests/cli/tensorboard_test.sh.
namespace jetrain {
namespace {

TEST(TrainingEvents, EndWithOneWarningWhereTheyCannotBeWritten) {
  const test::TemporaryFolder folder;
  testing::internal::CaptureStdout();
  {
    Log log(true);
    TrainingEvents events({.tensorboard = true}, folder.file("events"), log);
    const Model model = test::small_network();
    EpochRecord record;
    const auto end_epoch = [&] { events.on_epoch({.record = record, .model = model}); };
    end_epoch();
    std::filesystem::remove_all(folder.file("events"));
    for (record.epoch = 2; record.epoch < 4; ++record.epoch) {
      events.on_step({.record = {.step = record.epoch}});
      end_epoch();
    }
  }
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::MatchesRegex(
                  "warning: no TensorBoard events from here on: cannot write .*; the training goes on\n"));
}

TEST(TrainingEvents, AreNoReasonNotToTrain) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("events")) << "no folder";
  testing::internal::CaptureStdout();
  {
    Log log(true);
    TrainingEvents events({.tensorboard = true}, folder.file("events"), log);
    events.on_step({.record = {.step = 1}});
    const EpochRecord record;
    const Model model = test::small_network();
    events.on_epoch({.record = record, .model = model});
  }
  EXPECT_THAT(
      testing::internal::GetCapturedStdout(),
      testing::MatchesRegex("warning: no TensorBoard events from here on: cannot make the folder .*\n"));
  EXPECT_EQ(test::content_of(folder.file("events")), "no folder");
}

}  // namespace
}  // namespace jetrain
