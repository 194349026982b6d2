#include "run/checkpoint_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ACheckpointKeeper : public testing::Test {
 protected:
  CheckpointKeeper keeper(const CheckpointConfig& config, bool at_begin = false) {
    return {config, checkpoints_, [&] { return state_; }, at_begin,
            [&](LogLevel level, const std::string& text) {
              said_.push_back((level == LogLevel::debug ? "debug: " : "warning: ") + text);
            }};
  }
  /// A state after so many steps of the first epoch.
  void step(CheckpointKeeper& keeper, std::int64_t step, bool stopping = false) {
    state_.progress.steps = step;
    keeper.on_step({.record = {.step = step}, .progress = state_.progress, .stopping = stopping});
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.file("checkpoints")))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  /// From now on nothing can be written.
  void lose_the_folder() {
    std::filesystem::remove_all(folder_.file("checkpoints"));
    std::ofstream(folder_.file("checkpoints")) << "no folder";
  }

  test::TemporaryFolder folder_;
  Config config_ = parse_config(
      "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\ncheckpoint: {keep: 100}\n",
      "small.yaml", {}, false);
  Checkpoints checkpoints_{folder_.file("checkpoints"), config_, "the jets"};
  TrainingState state_;
  std::vector<std::string> said_;
};

TEST_F(ACheckpointKeeper, WritesEverySoManySteps) {
  CheckpointKeeper one = keeper({.every_steps = 5, .every_seconds = 0});
  for (std::int64_t i = 1; i <= 11; ++i) step(one, i);
  EXPECT_THAT(files(), ElementsAre("epoch_0001_step_000005.h5", "epoch_0001_step_000010.h5"));
  EXPECT_EQ(said_.size(), 2U);
  EXPECT_THAT(said_[0], testing::AllOf(StartsWith("debug: wrote "), HasSubstr("step_000005.h5")));
  PhaseSeconds seconds;
  one.add_seconds(seconds);
  EXPECT_GT(seconds["checkpoint"], 0);
}

TEST_F(ACheckpointKeeper, WritesBeforeTheFirstStepWhereItIsAskedTo) {
  keeper({.every_steps = 5, .every_seconds = 0}).on_begin();
  EXPECT_TRUE(said_.empty());
  keeper({.every_steps = 5, .every_seconds = 0}, true).on_begin();
  EXPECT_THAT(files(), ElementsAre("epoch_0001_step_000000.h5"));
}

TEST_F(ACheckpointKeeper, WritesEverySoManySeconds) {
  CheckpointKeeper one = keeper({.every_steps = 0, .every_seconds = 1});
  step(one, 1);
  EXPECT_TRUE(said_.empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  step(one, 2);
  step(one, 3);
  EXPECT_THAT(files(), ElementsAre("epoch_0001_step_000002.h5"));
}

TEST_F(ACheckpointKeeper, WritesAtAStopOnceAndSaysWhere) {
  CheckpointKeeper one = keeper({.every_steps = 1, .every_seconds = 0});
  step(one, 7, true);
  EXPECT_TRUE(said_.empty());
  EXPECT_EQ(one.on_stop(),
            "go on from " + folder_.file("checkpoints/epoch_0001_step_000007.h5") + " with --resume");
  EXPECT_THAT(files(), ElementsAre("epoch_0001_step_000007.h5"));
}

TEST_F(ACheckpointKeeper, WritesAtTheEnd) {
  CheckpointKeeper one = keeper({.every_steps = 0, .every_seconds = 0});
  step(one, 1);
  state_.progress = {4};
  one.on_end();
  EXPECT_THAT(files(), ElementsAre("epoch_0004_step_000000.h5"));
}

TEST_F(ACheckpointKeeper, LetsTheTrainingGoOnWithoutACheckpointButForAStop) {
  lose_the_folder();
  CheckpointKeeper one = keeper({.every_steps = 1, .every_seconds = 0});
  step(one, 1);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_THAT(said_[0], testing::AllOf(StartsWith("warning: no checkpoint: "),
                                       testing::EndsWith("; the training goes on")));
  try {
    one.on_stop();
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), StartsWith("stopped by a signal, but without a checkpoint: "));
  }
}

}  // namespace
}  // namespace jetrain
