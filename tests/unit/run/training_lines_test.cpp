#include "run/training_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_training.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// What a training says from its first line to its last.
std::string told(const std::vector<std::string>& assignments, LogLevel level = LogLevel::info) {
  testing::internal::CaptureStdout();
  {
    test::SmallTraining small(assignments);
    Trainer trainer = small.trainer();
    Log log(true, level);
    const Communicator self = Communicator::self();
    EpochLines epochs(
        small.config(), trainer.schedule(), [&] { return trainer.phase_seconds(); }, log);
    CourseLines course(small.config(), log);
    trainer.add(epochs);
    trainer.add(course);
    trainer.run();
  }
  return testing::internal::GetCapturedStdout();
}

TEST(TrainingLines, GiveEachEpochsFiguresAndMarkTheBest) {
  EXPECT_THAT(
      told({"train.epochs=2", "early_stopping.min_delta=100"}),
      MatchesRegex("epoch   1/2  loss [0-9.]+  acc [0-9.]+  val_loss [0-9.]+  val_acc [0-9.]+  val_auc "
                   "[0-9.]+  1/eB\\(0.3\\) [0-9inf]+  [0-9.]+ s  [0-9]+ jets/s  \\*\n"
                   "epoch   2/2  loss .* jets/s\n"));
}

TEST(TrainingLines, SayWhereTheTimeWentOnlyWhereThatIsWanted) {
  EXPECT_THAT(
      told({"train.epochs=1"}, LogLevel::debug),
      MatchesRegex("epoch   1/1 .*\nepoch   1 took allreduce [0-9.]+ s, compute .*, validate [0-9.]+ s\n"));
}

TEST(TrainingLines, SayWhatAnEpochLeadsTo) {
  EXPECT_THAT(told({"train.epochs=9", "early_stopping.enabled=true", "early_stopping.patience=1",
                    "early_stopping.min_delta=100",
                    "train.schedule={reduce_on_plateau: {patience: 1, factor: 0.1, min_delta: 100}}"}),
              MatchesRegex("epoch   1/9 .*\nepoch   2/9 .*\nlearning rate lowered to 0.0001\n"
                           "stopped: val_loss has not improved for 1 epochs \\([0-9.]+ in epoch 1\\)\n"));
}

TEST(TrainingLines, SayHowTheLearningRateWasScaled) {
  EXPECT_THAT(
      told({"train.epochs=1", "train.lr_scaling=linear", "train.lr_base_batch_size=16"}),
      MatchesRegex("learning rate 0.002: 0.001 at batch 16, scaled to batch 32 \\(linear\\)\nepoch .*"));
}

TEST(TrainingLines, SayThatACycleIsCutOff) {
  EXPECT_THAT(
      told({"train.epochs=2", "train.schedule={cosine_restarts: {first_epochs: 1}}"}),
      MatchesRegex("warning: train.epochs 2 ends amid a cycle of cosine_restarts, which goes from 1 to 3, "
                   "with the learning rate still at 0.5 of the optimizer's: train.epochs 1 or 3 ends with a "
                   "cycle\nepoch .*"));
  EXPECT_THAT(told({"train.epochs=2", "train.schedule={cosine_restarts: {first_epochs: 1.6}}"}),
              HasSubstr(": another first_epochs lets a cycle end there\nepoch"));
  EXPECT_THAT(told({"train.epochs=2", "train.schedule={cosine_restarts: {first_epochs: 1.6}}",
                    "train.average={equal: {from_epoch: 1, learning_rate_factor: 0.5}}"}),
              Not(HasSubstr("amid a cycle")));
}

TEST(TrainingLines, SayWhatNeverComesToBe) {
  EXPECT_THAT(
      told({"train.epochs=2", "train.average={equal: {from_epoch: 1, every_steps: 100}}",
            "train.lookahead.every_steps=50"}),
      testing::AllOf(HasSubstr("warning: train.average.equal.every_steps: 100 are more than the "),
                     HasSubstr("warning: train.lookahead.every_steps: 50 are more than the training's ")));
}

TEST(TrainingLines, SayWhenTheBatchGrowsAndWhatIsAveraged) {
  EXPECT_THAT(
      told({"train.epochs=3", "train.batch_schedule=[{from_epoch: 3, batch_size: 64}]",
            "train.average={equal: {from_epoch: 2}}"}),
      MatchesRegex("global batch 64 from epoch 3 on: 2 steps an epoch\n"
                   "from epoch 2 on, the mean of the weights at the epochs' ends is what is validated "
                   "and kept\nepoch .*"));
}

}  // namespace
}  // namespace jetrain
