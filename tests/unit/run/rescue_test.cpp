#include "run/rescue.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "run/one_writer.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

namespace fs = std::filesystem;

constexpr RescuePatience kHurry{milliseconds(200), milliseconds(500), milliseconds(5000)};

/// Has another thread rescue the training at the end of its first epoch, while the training's own waits.
class RescueAtAnEpochsEnd : public TrainingObserver {
 public:
  RescueAtAnEpochsEnd(Trainer& trainer, const Checkpoints& checkpoints, bool while_writing)
      : trainer_(trainer), checkpoints_(checkpoints), while_writing_(while_writing) {}
  void on_epoch(const EpochEnd& end) override {
    if (end.record.epoch != 1) return;
    const auto from_aside = [&] {
      std::thread other([&] { said = rescue(trainer_, checkpoints_, kHurry); });
      other.join();
    };
    while_writing_ ? write_alone(from_aside) : from_aside();
  }
  Rescued said;

 private:
  Trainer& trainer_;
  const Checkpoints& checkpoints_;
  bool while_writing_;
};

class ARescue : public testing::Test {
 protected:
  Rescued rescued(bool while_writing) {
    Trainer trainer = small_.trainer();
    RescueAtAnEpochsEnd observer(trainer, checkpoints_, while_writing);
    trainer.add(observer);
    weights_ = trainer.run().weights;
    return observer.said;
  }

  /// Of the end of the epoch before.
  std::string file_of(int epoch) const {
    return folder_.file(fmt::format("checkpoints/epoch_{:04}_step_000000.h5", epoch));
  }
  void write_checkpoint_of(int epoch) {
    TrainingState state = small_.trainer().snapshot();
    state.progress = {epoch};
    checkpoints_.write(state);
  }
  template <class Work>
  static Rescued write_alone_and(Work work) {
    Rescued result;
    write_alone([&] {
      std::thread other([&] { result = work(); });
      other.join();
    });
    return result;
  }

  test::TemporaryFolder folder_;
  test::SmallTraining small_;
  Checkpoints checkpoints_{folder_.file("checkpoints"), small_.config(), "the jets"};
  std::vector<float> weights_;
};

TEST_F(ARescue, WritesACheckpointWhileTheTrainingWaits) {
  const Rescued now = rescued(false);
  EXPECT_TRUE(now.can_go_on);
  EXPECT_EQ(now.said, "go on from " + file_of(2) + " with --resume");
  const auto found =
      Checkpoints::newest(folder_.file("checkpoints"), small_.config(), [](LogLevel, const std::string&) {});
  ASSERT_TRUE(found);
  test::SmallTraining again;
  EXPECT_EQ(again.trainer({}, found->state).run().weights, weights_);
}

TEST_F(ARescue, LeavesAFileToWhoIsWritingOne) {
  const Rescued now = rescued(true);
  EXPECT_FALSE(now.can_go_on);
  EXPECT_EQ(now.said,
            "no checkpoint could be written now: another file of the run is being written; there is no "
            "checkpoint to go on from");
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(ARescue, NamesTheNewestThatIsWholeWhereNoneCanBeWritten) {
  write_checkpoint_of(1);
  write_checkpoint_of(2);
  fs::resize_file(file_of(2), fs::file_size(file_of(2)) - 1);  // as a torn one
  const Rescued now = rescued(true);
  EXPECT_TRUE(now.can_go_on);
  EXPECT_EQ(now.said,
            "no checkpoint could be written now: another file of the run is being written; go on from " +
                file_of(1) + ", the newest there is, with --resume");
}

TEST_F(ARescue, DoesNotWaitForADiskThatHasStalled) {
  write_checkpoint_of(1);
  ASSERT_EQ(mkfifo((file_of(2) + ".writing").c_str(), 0600), 0);  // nobody reads it: opening it never ends
  const Stopwatch watch;
  const Rescued now = rescued(false);
  EXPECT_LT(watch.seconds(), 5);
  EXPECT_TRUE(now.can_go_on);
  EXPECT_EQ(now.said, "no checkpoint could be written now: writing it takes longer than 0 s; go on from " +
                          file_of(1) + ", the newest there is, with --resume");
  // The thread that was left behind ends once somebody reads.
  const int both_ends = open((file_of(2) + ".writing").c_str(), O_RDWR);
  fcntl(both_ends, F_SETPIPE_SZ, 1 << 20);
  write_alone([] {});
  close(both_ends);
}

TEST_F(ARescue, NamesWhatTheProcessKnowsWhereTheDiskDoesNotEvenAnswer) {
  Checkpoints begun(folder_.file("checkpoints"), small_.config(), "the jets", 0, EpochProgress{1, 7});
  Trainer trainer = small_.trainer();
  const Rescued now = write_alone_and([&] {
    return rescue(trainer, begun, {milliseconds(1), milliseconds(1), milliseconds(0)});
  });
  EXPECT_TRUE(now.can_go_on);
  EXPECT_THAT(now.said, HasSubstr("go on from " + folder_.file("checkpoints/epoch_0001_step_000007.h5")));
}

TEST_F(ARescue, SaysWhatStandsInItsWay) {
  std::ofstream(folder_.file("checkpoints")) << "no folder";
  const Rescued now = rescued(false);
  EXPECT_FALSE(now.can_go_on);
  EXPECT_THAT(now.said, testing::AllOf(StartsWith("no checkpoint could be written now: "),
                                       HasSubstr(folder_.file("checkpoints"))));
}

}  // namespace
}  // namespace jetrain
