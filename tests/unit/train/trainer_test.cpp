#include "train/trainer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "jetrain/error.hpp"
#include "small_training.hpp"

namespace jetrain {
namespace {

using std::chrono::milliseconds;
using test::SmallTraining;
using testing::ElementsAre;
using testing::HasSubstr;

/// Does what a test wants at each call.
struct Hooks : TrainingObserver {
  std::function<void()> begin = [] {};
  std::function<void(const StepEnd&)> step = [](const StepEnd&) {};
  std::function<void(const EpochEnd&)> epoch = [](const EpochEnd&) {};
  std::function<bool()> stop_wanted = [] { return false; };
  std::function<std::string()> stop = [] { return std::string(); };
  std::function<void()> end = [] {};

  void on_begin() override { begin(); }
  void on_step(const StepEnd& s) override { step(s); }
  void on_epoch(const EpochEnd& e) override { epoch(e); }
  bool wants_stop() const override { return stop_wanted(); }
  std::string on_stop() override { return stop(); }
  void on_end() override { end(); }
};

/// Writes down what it is told.
struct Diary : Hooks {
  Diary(std::string name, std::vector<std::string>& lines) {
    const auto note = [&lines, name](const std::string& what) { lines.push_back(name + " " + what); };
    begin = [=] { note("begin"); };
    step = [=](const StepEnd& s) { note("step " + std::to_string(s.record.step)); };
    epoch = [=](const EpochEnd& e) { note("epoch " + std::to_string(e.record.epoch)); };
    stop = [=] {
      note("stop");
      return name;
    };
    end = [=] { note("end"); };
  }
};

std::vector<float> weights_of(const Model& model) {
  return {model.parameters().begin(), model.parameters().end()};
}

/// The error that a training ends with.
CollectiveError error_of(Trainer& trainer) {
  try {
    trainer.run();
  } catch (const CollectiveError& error) {
    return error;
  }
  ADD_FAILURE() << "it ended without an error";
  return {"", ExitStatus::done};
}

TEST(Trainer, TellsItsObserversInTheirOrder) {
  SmallTraining small({"train.epochs=1"});
  Trainer trainer = small.trainer();
  std::vector<std::string> lines;
  Diary first("a", lines);
  Diary second("b", lines);
  trainer.add(first);
  trainer.add(second);
  trainer.run();
  EXPECT_THAT(lines, ElementsAre("a begin", "b begin", "a step 1", "b step 1", "a step 2", "b step 2",
                                 "a step 3", "b step 3", "a epoch 1", "b epoch 1", "a end", "b end"));
}

TEST(Trainer, TellsHowFarAnEpochIs) {
  SmallTraining small({"train.epochs=2"});
  Trainer trainer = small.trainer();
  Hooks hooks;
  StepEnd last;
  hooks.step = [&](const StepEnd& step) { last = step; };
  trainer.add(hooks);
  trainer.run();
  EXPECT_EQ(last.record.step, 6);
  EXPECT_EQ(last.progress.epoch, 2);
  EXPECT_EQ(last.progress.steps, 3);
  EXPECT_EQ(last.steps_per_epoch, 3);
  EXPECT_EQ(last.samples_done, 96);
  EXPECT_EQ(last.samples, 96);
  EXPECT_FALSE(last.stopping);
}

TEST(Trainer, StopsEarly) {
  SmallTraining small({"train.epochs=9", "early_stopping.enabled=true", "early_stopping.patience=2",
                       "early_stopping.min_delta=100"});
  Trainer trainer = small.trainer();
  Hooks hooks;
  std::vector<bool> stops;
  hooks.epoch = [&](const EpochEnd& end) { stops.push_back(end.end.has_value()); };
  trainer.add(hooks);
  const TrainingOutcome outcome = trainer.run();
  EXPECT_EQ(outcome.epochs, 3);
  EXPECT_THAT(stops, ElementsAre(false, false, true));
  EXPECT_EQ(outcome.end.by, EndedBy::not_improved);
  EXPECT_THAT(outcome.end.why, testing::StartsWith("val_loss has not improved for 2 epochs ("));
}

TEST(Trainer, SaysThatAllEpochsAreDone) {
  SmallTraining small(
      {"early_stopping.enabled=true", "early_stopping.patience=2", "early_stopping.min_delta=100"});
  const TrainingEnd end = small.trainer().run().end;
  EXPECT_EQ(end.by, EndedBy::all_epochs) << "in the last one, early stopping changes nothing";
  EXPECT_EQ(end.why, "all 3 epochs are done");
}

TEST(Trainer, GoesOnWaitingFromAnySnapshot) {
  const std::vector<std::string> waiting = {"train.epochs=12", "early_stopping.enabled=true",
                                            "early_stopping.best=val_rejection_50",
                                            "early_stopping.monitors=[{monitor: val_loss, patience: 2, "
                                            "min_delta: 100}, {monitor: val_auc, patience: "
                                            "3, min_delta: 100}]"};
  SmallTraining whole(waiting);
  Trainer trainer = whole.trainer();
  Hooks hooks;
  std::vector<TrainingState> snapshots;
  hooks.epoch = [&](const EpochEnd&) { snapshots.push_back(trainer.snapshot()); };
  trainer.add(hooks);
  const TrainingOutcome expected = trainer.run();
  EXPECT_EQ(expected.epochs, 4);
  for (const TrainingState& snapshot : snapshots) {
    SmallTraining rest(waiting);
    const TrainingOutcome outcome = rest.trainer({}, snapshot).run();
    EXPECT_EQ(outcome.epochs, expected.epochs);
    EXPECT_EQ(outcome.weights, expected.weights);
    EXPECT_EQ(outcome.best.epoch, expected.best.epoch);
    EXPECT_EQ(outcome.end.why, expected.end.why);
  }
}

TEST(Trainer, EndsWithTheWeightsOfTheBestEpochUnlessToldOtherwise) {
  for (const bool best : {true, false}) {
    SmallTraining small({"early_stopping.min_delta=100", "train.average.decay=0",
                         std::string("early_stopping.restore_best=") + (best ? "true" : "false")});
    Trainer trainer = small.trainer();
    Hooks hooks;
    std::vector<std::vector<float>> weights;
    std::vector<bool> kept;
    hooks.epoch = [&](const EpochEnd& end) {
      weights.push_back(weights_of(end.model));
      kept.push_back(end.kept);
      EXPECT_EQ(end.best, end.record.epoch == 1);
    };
    trainer.add(hooks);
    const TrainingOutcome outcome = trainer.run();
    ASSERT_EQ(weights.size(), 3U);
    EXPECT_NE(weights[0], weights[2]);
    EXPECT_EQ(outcome.best.epoch, best ? 1 : 3);
    EXPECT_EQ(outcome.weights, weights[best ? 0 : 2]);
    EXPECT_EQ(trainer.kept_weights(), outcome.weights);
    EXPECT_EQ(kept[2], !best);
  }
}

/// Trains with these assignments, and then again from each moment of it.
void go_on_from_any_snapshot(const std::vector<std::string>& assignments) {
  std::vector<TrainingState> snapshots;
  SmallTraining through(assignments);
  Trainer* training = nullptr;
  const auto look = [&] {
    snapshots.push_back(training->snapshot());
    return false;
  };
  Trainer trainer = through.trainer({.stop_asked = look});  // before each batch's gradient is applied
  training = &trainer;
  Hooks hooks;
  hooks.step = [&](const StepEnd&) { snapshots.push_back(trainer.snapshot()); };
  hooks.epoch = [&](const EpochEnd&) { snapshots.push_back(trainer.snapshot()); };
  trainer.add(hooks);
  const TrainingOutcome expected = trainer.run();
  ASSERT_GE(snapshots.size(), 17U);
  for (const TrainingState& snapshot : snapshots) {
    SmallTraining again(assignments);
    Trainer resumed = again.trainer({}, snapshot);
    const TrainingOutcome outcome = resumed.run();
    EXPECT_EQ(outcome.weights, expected.weights);
    EXPECT_EQ(weights_of(again.model()), weights_of(through.model()));
    EXPECT_EQ(outcome.epochs, expected.epochs);
    EXPECT_EQ(outcome.best.loss, expected.best.loss);
    EXPECT_EQ(outcome.best.validation.loss, expected.best.validation.loss);
  }
}

TEST(Trainer, GoesOnFromAnySnapshotToTheSameBits) {
  go_on_from_any_snapshot({});
  for (const auto& [what, assignments] : test::trainings_with_more_state()) {
    SCOPED_TRACE(what);
    go_on_from_any_snapshot(assignments);
  }
}

/// The weights after each epoch, of the training itself.
std::vector<std::vector<float>> weights_after_epochs(const std::vector<std::string>& assignments,
                                                     TrainingOutcome& outcome) {
  SmallTraining small(assignments);
  Trainer trainer = small.trainer();
  std::vector<std::vector<float>> weights;
  Hooks hooks;
  hooks.epoch = [&](const EpochEnd& end) { weights.push_back(weights_of(end.model)); };
  trainer.add(hooks);
  outcome = trainer.run();
  return weights;
}

TEST(Trainer, KeepsTheMeanOfTheWeightsAtEpochsEndsFromAnEpochOn) {
  TrainingOutcome outcome;
  const auto weights = weights_after_epochs(
      {"train.epochs=5", "train.average={equal: {from_epoch: 3}}", "early_stopping.restore_best=false"},
      outcome);
  ASSERT_EQ(weights.size(), 5U);
  for (std::size_t i = 0; i < outcome.weights.size(); ++i)
    EXPECT_NEAR(outcome.weights[i], (weights[2][i] + weights[3][i] + weights[4][i]) / 3, 1e-6F);
  // Before that, the weights themselves.
  TrainingOutcome early;
  const auto plain = weights_after_epochs(
      {"train.epochs=2", "train.average={decay: 0}", "early_stopping.restore_best=false"}, early);
  EXPECT_EQ(plain[1], weights[1]);
  EXPECT_EQ(early.weights, weights[1]);
}

TEST(Trainer, KeepsTheMeanOfTheWeightsAfterEachSoManySteps) {
  SmallTraining small({"train.epochs=3", "train.average={equal: {from_epoch: 2, every_steps: 2}}",
                       "early_stopping.restore_best=false"});
  Trainer trainer = small.trainer();
  std::vector<std::vector<float>> weights;
  Hooks hooks;
  hooks.step = [&](const StepEnd& end) {
    if (end.record.step > 3 && (end.record.step - 3) % 2 == 0) weights.push_back(weights_of(small.model()));
  };
  trainer.add(hooks);
  const TrainingOutcome outcome = trainer.run();
  ASSERT_EQ(weights.size(), 3U);
  for (std::size_t i = 0; i < outcome.weights.size(); ++i)
    EXPECT_NEAR(outcome.weights[i], (weights[0][i] + weights[1][i] + weights[2][i]) / 3, 1e-6F);
}

// A batch_norm that stands first sees the samples themselves, whatever the weights.
TEST(Trainer, MeasuresBatchNormsAveragesForTheMeanOfTheWeights) {
  const std::vector<std::string> assignments{
      "model.layers=[batch_norm, flatten, dense: {units: 2, activation: softmax}]", "train.shuffle=none",
      "train.epochs=2", "train.average={equal: {from_epoch: 2}}", "early_stopping.restore_best=false"};
  TrainingOutcome outcome;
  const auto weights = weights_after_epochs(assignments, outcome);
  constexpr int kSamples = 96;
  constexpr int kLeaf = 16;
  constexpr double kPixels = 64;
  double mean = 0;
  double variance = 0;
  for (int first = 0; first < kSamples; first += kLeaf) {
    double sum = 0;
    double squares = 0;
    for (int i = first; i < first + kLeaf; ++i) {
      const test::NumberedSample sample(i);
      for (const float value : sample.view().input.values) {
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
      }
    }
    const double leaf_mean = sum / (kLeaf * kPixels);
    mean += leaf_mean / (kSamples / kLeaf);
    variance += (squares / (kLeaf * kPixels) - leaf_mean * leaf_mean) / (kSamples / kLeaf);
  }
  const std::size_t trainable = weights[1].size() - 2;
  EXPECT_NEAR(outcome.weights[trainable], mean, 1e-7);
  EXPECT_NEAR(outcome.weights[trainable + 1], variance, 1e-7);
  // The training's own go on by their momentum of 0.99: still near where they began.
  EXPECT_NEAR(weights[1][trainable + 1], 1, 0.1);
}

TEST(Trainer, StopsInTheMidstOfMeasuringAveragesAndGoesOn) {
  const std::vector<std::string> assignments{
      "model.layers=[conv2d: {filters: 2, kernel: 3}, batch_norm, flatten, dense: {units: 2, activation: "
      "softmax}]",
      "train.epochs=2", "train.average={equal: {from_epoch: 1}}"};
  SmallTraining through(assignments);
  const TrainingOutcome expected = through.trainer().run();
  SmallTraining stopped(assignments);
  int asked = 0;
  // Three steps, then the pass: in its second batch.
  Trainer trainer = stopped.trainer({.stop_asked = [&] { return ++asked == 5; }});
  EXPECT_EQ(error_of(trainer).status(), ExitStatus::requeue);
  const TrainingState state = trainer.snapshot();
  EXPECT_EQ(state.progress.epoch, 1);
  EXPECT_EQ(state.progress.steps, 3);
  SmallTraining again(assignments);
  EXPECT_EQ(again.trainer({}, state).run().weights, expected.weights);
}

TEST(Trainer, TakesLargerBatchesFromAnEpochOn) {
  SmallTraining small(
      {"train.batch_schedule=[{from_epoch: 2, batch_size: 50}, {from_epoch: 3, batch_size: 96}]"});
  Trainer trainer = small.trainer();
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;  // of an epoch, and its number over all
  std::vector<std::int64_t> samples;
  Hooks hooks;
  hooks.step = [&](const StepEnd& step) {
    steps.emplace_back(step.steps_per_epoch, step.record.step);
    samples.push_back(step.samples_done);
  };
  trainer.add(hooks);
  EXPECT_EQ(trainer.run().epochs, 3);
  EXPECT_THAT(steps, ElementsAre(std::pair(3, 1), std::pair(3, 2), std::pair(3, 3), std::pair(2, 4),
                                 std::pair(2, 5), std::pair(1, 6)));
  EXPECT_THAT(samples, ElementsAre(32, 64, 96, 50, 96, 96));
}

TEST(Trainer, RefusesTheStateOfAnotherNetwork) {
  SmallTraining small;
  TrainingState state;
  state.parameters = {1, 2, 3};
  EXPECT_THROW(small.trainer({}, state), CollectiveError);
}

/// Whether another thread gets a snapshot while `block`, called by an observer, does not return.
class SnapshotFromAside {
 public:
  void look(Trainer& trainer) {
    std::packaged_task<std::optional<TrainingState>()> task(
        [&] { return trainer.snapshot_within(milliseconds(2000)); });
    std::future<std::optional<TrainingState>> snapshot = task.get_future();
    std::thread aside(std::move(task));
    taken_.push_back(snapshot.get());
    aside.join();
  }
  const std::vector<std::optional<TrainingState>>& taken() const { return taken_; }

 private:
  std::vector<std::optional<TrainingState>> taken_;
};

TEST(Trainer, GivesSnapshotsToOtherThreadsWhileAnObserverIsAtWork) {
  SmallTraining small({"train.epochs=1"});
  Trainer trainer = small.trainer();
  SnapshotFromAside aside;
  Hooks hooks;
  hooks.begin = [&] { aside.look(trainer); };
  hooks.step = [&](const StepEnd& step) {
    if (step.record.step == 2) aside.look(trainer);
  };
  hooks.epoch = [&](const EpochEnd&) { aside.look(trainer); };
  hooks.end = [&] { aside.look(trainer); };
  trainer.add(hooks);
  const TrainingOutcome outcome = trainer.run();
  ASSERT_EQ(aside.taken().size(), 4U);
  std::vector<std::pair<std::int64_t, std::int64_t>> where;
  for (const auto& state : aside.taken()) {
    ASSERT_TRUE(state);
    where.emplace_back(state->progress.epoch, state->progress.steps);
  }
  EXPECT_THAT(where, ElementsAre(std::pair(1, 0), std::pair(1, 2), std::pair(2, 0), std::pair(2, 0)));
  EXPECT_EQ(aside.taken()[2]->best_parameters, outcome.weights);
  EXPECT_EQ(aside.taken()[2]->history.size(), 1U);
}

TEST(Trainer, GivesSnapshotsWhileASignalStopsIt) {
  SmallTraining small;
  Trainer trainer = small.trainer({.stop_asked = [] { return true; }});
  SnapshotFromAside aside;
  Hooks hooks;
  hooks.stop = [&] {
    aside.look(trainer);
    return "";
  };
  trainer.add(hooks);
  error_of(trainer);
  ASSERT_EQ(aside.taken().size(), 1U);
  ASSERT_TRUE(aside.taken()[0]);
  EXPECT_EQ(aside.taken()[0]->progress.steps, 1);
}

TEST(Trainer, StopsForASignalAfterTheStepUnderWayAndGoesOnToTheSameBits) {
  SmallTraining whole;
  const TrainingOutcome expected = whole.trainer().run();

  SmallTraining small;
  int asked = 0;
  Trainer trainer = small.trainer({.stop_asked = [&] { return ++asked == 5; }});
  std::vector<std::string> lines;
  Diary diary("go on from a", lines);
  Hooks hooks;
  std::optional<TrainingState> state;
  std::vector<bool> stopping;
  hooks.step = [&](const StepEnd& step) { stopping.push_back(step.stopping); };
  hooks.stop = [&] {
    state = trainer.snapshot();
    return " and b";
  };
  trainer.add(diary);
  trainer.add(hooks);
  const CollectiveError error = error_of(trainer);
  EXPECT_STREQ(error.what(), "stopped by a signal; go on from a and b");
  EXPECT_EQ(error.status(), ExitStatus::requeue);
  EXPECT_EQ(lines.back(), "go on from a stop");
  EXPECT_THAT(stopping, ElementsAre(false, false, false, false, true));
  ASSERT_TRUE(state);
  EXPECT_EQ(state->progress.epoch, 2);
  EXPECT_EQ(state->progress.steps, 2);

  SmallTraining again;
  EXPECT_EQ(again.trainer({}, *state).run().weights, expected.weights);
}

TEST(Trainer, StopsAlsoWhereNobodySaves) {
  SmallTraining small;
  Trainer trainer = small.trainer({.stop_asked = [] { return true; }});
  EXPECT_STREQ(error_of(trainer).what(), "stopped by a signal");
}

TEST(Trainer, EndsWithTheErrorOfAnObserver) {
  const auto fail = [](const auto&...) { throw DataError("the disk is full"); };
  for (const std::string where : {"begin", "epoch", "stop", "end"}) {
    SmallTraining small;
    Trainer trainer = small.trainer({.stop_asked = [&] { return where == "stop"; }});
    Hooks hooks;
    if (where == "begin") hooks.begin = fail;
    if (where == "epoch") hooks.epoch = fail;
    if (where == "stop") hooks.stop = [&]() -> std::string { throw DataError("the disk is full"); };
    if (where == "end") hooks.end = fail;
    std::vector<std::string> lines;
    Diary after("after", lines);
    trainer.add(hooks);
    trainer.add(after);
    const CollectiveError error = error_of(trainer);
    EXPECT_STREQ(error.what(), "the disk is full") << where;
    EXPECT_EQ(error.status(), ExitStatus::failed) << where;
    EXPECT_THAT(lines, testing::Not(testing::Contains("after " + where + (where == "epoch" ? " 1" : ""))));
  }
}

TEST(Trainer, EndsOneStepAfterAnObserversErrorInAStep) {
  SmallTraining small;
  Trainer trainer = small.trainer();
  Hooks hooks;
  int steps = 0;
  hooks.step = [&](const StepEnd&) {
    if (++steps == 2) throw std::runtime_error("out of paper");
  };
  hooks.stop = []() -> std::string { throw std::logic_error("this is no stop"); };
  trainer.add(hooks);
  EXPECT_STREQ(error_of(trainer).what(), "out of paper");
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(trainer.snapshot().progress.steps, 3);
}

TEST(Trainer, EndsWithAnErrorInTheLastStepOfAnEpoch) {
  SmallTraining small;
  Trainer trainer = small.trainer();
  Hooks hooks;
  hooks.step = [&](const StepEnd& step) {
    if (step.record.step == SmallTraining::kSteps) throw std::runtime_error("out of paper");
  };
  trainer.add(hooks);
  EXPECT_STREQ(error_of(trainer).what(), "out of paper");
  EXPECT_EQ(trainer.snapshot().progress.epoch, 2);
}

TEST(Trainer, EndsWhereAnObserverWantsItTo) {
  SmallTraining small;
  Trainer trainer = small.trainer();
  std::vector<std::string> lines;
  Diary diary("a", lines);
  diary.stop_wanted = [&] { return lines.back() == "a epoch 2"; };
  trainer.add(diary);
  EXPECT_EQ(trainer.run().epochs, 2);
  EXPECT_EQ(lines.back(), "a end");
}

TEST(Trainer, NamesTheFileOfTheBestWeightsOnlyWhereThereIsOne) {
  for (const std::string file : {"", "best.h5"}) {
    SmallTraining small({"train.optimizer={sgd: {learning_rate: 1e30}}", "train.batch_size=96"});
    Trainer trainer = small.trainer({.best_file = file});
    const CollectiveError error = error_of(trainer);
    EXPECT_THAT(error.what(), HasSubstr("the training diverged in epoch 2, step 1 of 1"));
    EXPECT_THAT(error.what(), file.empty() ? testing::EndsWith("lower the learning rate")
                                           : testing::EndsWith("; the best weights so far are in best.h5"));
  }
}

TEST(Trainer, BlamesNoLearningRateBeforeTheFirstStep) {
  SmallTraining small({"model.layers.0.conv2d.bias_initializer={constant: {value: 1e30}}"});
  Trainer trainer = small.trainer();
  const std::string message = error_of(trainer).what();
  EXPECT_THAT(message, HasSubstr("the training diverged in epoch 1, step 1 of 3: a gradient of layer"));
  EXPECT_THAT(message, HasSubstr("; no step has been taken yet, so inputs or targets are too large"));
  EXPECT_THAT(message, testing::Not(HasSubstr("learning rate")));
}

TEST(Trainer, TellsWhereTimeWentWithItsObservers) {
  struct Clerk : TrainingObserver {
    void add_seconds(PhaseSeconds& seconds) const override { seconds["filing"] += 2; }
  };
  SmallTraining small({"train.epochs=1"});
  Trainer trainer = small.trainer();
  Clerk one;
  Clerk other;
  trainer.add(one);
  trainer.add(other);
  const PhaseSeconds seconds = trainer.run().seconds;
  EXPECT_EQ(seconds.at("filing"), 4);
  EXPECT_GT(seconds.at("compute"), 0);
  EXPECT_GT(seconds.at("validate"), 0);
  EXPECT_FALSE(seconds.contains("wait"));
}

}  // namespace
}  // namespace jetrain
