#include "run/rescue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "run/one_writer.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Has another thread rescue the training at the end of its first epoch, while the training's own waits.
class RescueAtAnEpochsEnd : public TrainingObserver {
 public:
  RescueAtAnEpochsEnd(Trainer& trainer, const Checkpoints& checkpoints, bool while_writing)
      : trainer_(trainer), checkpoints_(checkpoints), while_writing_(while_writing) {}
  void on_epoch(const EpochEnd& end) override {
    if (end.record.epoch != 1) return;
    const auto from_aside = [&] {
      std::thread other([&] { said = rescue(trainer_, checkpoints_); });
      other.join();
    };
    while_writing_ ? write_alone(from_aside) : from_aside();
  }
  std::string said = "nothing yet";

 private:
  Trainer& trainer_;
  const Checkpoints& checkpoints_;
  bool while_writing_;
};

class ARescue : public testing::Test {
 protected:
  std::string said(bool while_writing) {
    Trainer trainer = small_.trainer();
    RescueAtAnEpochsEnd observer(trainer, checkpoints_, while_writing);
    trainer.add(observer);
    weights_ = trainer.run().weights;
    return observer.said;
  }

  test::TemporaryFolder folder_;
  test::SmallTraining small_;
  Checkpoints checkpoints_{folder_.file("checkpoints"), small_.config(), "the jets"};
  std::vector<float> weights_;
};

TEST_F(ARescue, WritesACheckpointWhileTheTrainingWaits) {
  EXPECT_EQ(said(false),
            "go on from " + folder_.file("checkpoints/epoch_0002_step_000000.h5") + " with --resume");
  const auto found =
      Checkpoints::newest(folder_.file("checkpoints"), small_.config(), [](LogLevel, const std::string&) {});
  ASSERT_TRUE(found);
  test::SmallTraining again;
  EXPECT_EQ(again.trainer({}, found->state).run().weights, weights_);
}

TEST_F(ARescue, LeavesAFileToWhoIsWritingOne) {
  EXPECT_EQ(said(true), "");
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(ARescue, SaysWhatStandsInItsWay) {
  std::ofstream(folder_.file("checkpoints")) << "no folder";
  EXPECT_THAT(said(false), testing::AllOf(StartsWith("no checkpoint could be written now: "),
                                          HasSubstr(folder_.file("checkpoints"))));
}

}  // namespace
}  // namespace jetrain
