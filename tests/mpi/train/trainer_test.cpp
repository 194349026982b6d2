#include "train/trainer.hpp"

#include <gtest/gtest.h>

#include "jetrain/error.hpp"
#include "small_training.hpp"

namespace jetrain {
namespace {

using test::SmallTraining;

/// Fails, or wants an end, after an epoch or a step, on one rank alone.
struct Troublemaker : TrainingObserver {
  enum class Does : std::uint8_t { throws_in_step, throws_in_epoch, wants_stop };
  explicit Troublemaker(Does what) : does(what) {}
  void on_step(const StepEnd&) override {
    if (does == Does::throws_in_step) throw DataError("trouble");
  }
  void on_epoch(const EpochEnd& end) override {
    epochs = end.record.epoch;
    if (does == Does::throws_in_epoch) throw DataError("trouble");
  }
  bool wants_stop() const override { return does == Does::wants_stop; }
  Does does;
  std::int64_t epochs = 0;
};

TEST(Trainer, GivesTheSameBitsOnAnyNumberOfRanks) {
  const Communicator world = Communicator::world();
  SmallTraining alone;
  SmallTraining together({}, world);
  const TrainingOutcome expected = alone.trainer().run();
  const TrainingOutcome outcome = together.trainer().run();
  EXPECT_EQ(outcome.weights, expected.weights);
  EXPECT_EQ(outcome.best.validation.loss, expected.best.validation.loss);
}

TEST(Trainer, EndsOnAllRanksWithTheErrorOfOne) {
  const Communicator world = Communicator::world();
  for (const auto does : {Troublemaker::Does::throws_in_step, Troublemaker::Does::throws_in_epoch}) {
    SmallTraining small({}, world);
    Trainer trainer = small.trainer();
    Troublemaker trouble(does);
    if (world.rank() == world.size() - 1) trainer.add(trouble);
    try {
      trainer.run();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const CollectiveError& error) {
      EXPECT_STREQ(error.what(), "trouble");
    }
    const EpochProgress at = trainer.snapshot().progress;
    EXPECT_EQ(at.epoch, does == Troublemaker::Does::throws_in_step ? 1 : 2);
    EXPECT_EQ(at.steps, does == Troublemaker::Does::throws_in_step ? 2 : 0);
  }
}

TEST(Trainer, EndsOnAllRanksWhereAnObserverOfOneWantsItTo) {
  const Communicator world = Communicator::world();
  SmallTraining small({}, world);
  Trainer trainer = small.trainer();
  Troublemaker trouble(Troublemaker::Does::wants_stop);
  if (world.rank() == world.size() - 1) trainer.add(trouble);
  EXPECT_EQ(trainer.run().epochs, 1);
}

TEST(Trainer, StopsOnAllRanksWhereOneWasAskedTo) {
  const Communicator world = Communicator::world();
  SmallTraining small({}, world);
  Trainer trainer = small.trainer({.stop_asked = [&] { return world.rank() == world.size() - 1; }});
  try {
    trainer.run();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const CollectiveError& error) {
    EXPECT_EQ(error.status(), ExitStatus::requeue);
  }
  EXPECT_EQ(trainer.snapshot().progress.steps, 1);
}

TEST(Trainer, TellsRankZeroWhatEachRankTook) {
  struct Listener : TrainingObserver {
    void on_epoch(const EpochEnd& end) override { times = end.times; }
    RankTimes times;
  };
  const Communicator world = Communicator::world();
  SmallTraining small({"train.epochs=1"}, world);
  Trainer trainer = small.trainer();
  Listener listener;
  trainer.add(listener);
  trainer.run();
  ASSERT_EQ(listener.times.size(), world.is_root() ? static_cast<std::size_t>(world.size()) : 0U);
  for (const std::vector<OwnTime>& of_rank : listener.times) {
    ASSERT_EQ(of_rank.size(), 3U);
    EXPECT_EQ(of_rank[1].phase, "the update of the weights");
    EXPECT_EQ(of_rank[1].work, SmallTraining::kSteps);
  }
}

}  // namespace
}  // namespace jetrain
