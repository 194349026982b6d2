#include "train/trainer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "jetrain/error.hpp"
#include "small_training.hpp"
#include "sparse_samples.hpp"

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

TEST(Trainer, GivesTheSameBitsOnAnyNumberOfRanksWhateverItsState) {
  const Communicator world = Communicator::world();
  for (const auto& [what, assignments] : test::trainings_with_more_state()) {
    SmallTraining alone(assignments);
    SmallTraining together(assignments, world);
    const TrainingOutcome expected = alone.trainer().run();
    const TrainingOutcome outcome = together.trainer().run();
    EXPECT_EQ(outcome.weights, expected.weights) << what;
    EXPECT_EQ(outcome.best.validation.loss, expected.best.validation.loss) << what;
  }
}

/// Also 0, and below.
float signed_weight(std::int64_t number) {
  return static_cast<float>(number % 9) * 0.7F - 0.7F;
}

TEST(Trainer, GivesTheSameBitsOfWeightedSamples) {
  const Communicator world = Communicator::world();
  const auto small = [](const Communicator& comm, const char* ranks) {
    return SmallTraining({std::string("validation.ranks=") + ranks}, comm, signed_weight);
  };
  SmallTraining alone = small(Communicator::self(), "root");
  const TrainingOutcome expected = alone.trainer().run();
  EXPECT_NE(expected.weights, SmallTraining().trainer().run().weights);
  for (const char* ranks : {"root", "all"}) {
    SmallTraining together = small(world, ranks);
    const TrainingOutcome outcome = together.trainer().run();
    EXPECT_EQ(outcome.weights, expected.weights);
    EXPECT_EQ(outcome.best.loss, expected.best.loss);
    EXPECT_EQ(outcome.best.accuracy, expected.best.accuracy);
    EXPECT_EQ(outcome.best.validation.loss, expected.best.validation.loss);
    EXPECT_EQ(outcome.best.validation.accuracy, expected.best.validation.accuracy);
    EXPECT_EQ(outcome.best.validation.auc, expected.best.validation.auc);
  }
}

TEST(Trainer, OfWeightsThatSumToTheirNumberHasRatiosAsItsLossAndAccuracy) {
  // A network that is told nothing: every probability is one half, each loss ln 2, and class 0 is predicted.
  SmallTraining small(
      {"train.epochs=1", "train.optimizer={sgd: {learning_rate: 1.0e-30}}", "model.initializer=zeros"},
      Communicator::self(), signed_weight);
  const TrainingOutcome outcome = small.trainer().run();
  const auto share_of_background = [](std::int64_t samples) {
    double background = 0;
    double all = 0;
    for (std::int64_t i = 0; i < samples; ++i) {
      const auto weight = static_cast<double>(signed_weight(i));
      if (test::NumberedSample(i).view().label == 0) background += weight;
      all += weight;
    }
    return background / all;
  };
  EXPECT_NEAR(outcome.best.loss, std::log(2.0), 1e-6);
  EXPECT_NEAR(outcome.best.accuracy, share_of_background(32 * SmallTraining::kSteps), 1e-12);
  EXPECT_NEAR(outcome.best.validation.loss, std::log(2.0), 1e-6);
  EXPECT_NEAR(outcome.best.validation.accuracy, share_of_background(40), 1e-12);
}

// Gradients are multiplied by a power of two before they are added, and divided by it afterwards.
TEST(Trainer, OfAllWeightsTheSameButForOneLargeOneDoesNotDiverge) {
  SmallTraining small({"train.epochs=1"}, Communicator::self(),
                      [](std::int64_t number) { return number == 5 ? 3.0e7F : 1.0F; });
  const TrainingOutcome outcome = small.trainer().run();
  for (const float weight : outcome.weights) ASSERT_TRUE(std::isfinite(weight));
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
