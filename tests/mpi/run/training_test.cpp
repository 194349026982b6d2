#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "comm/communicator.hpp"
#include "jet_table_file.hpp"
#include "jetrain/tagger.hpp"
#include "jetrain/trainer.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

class ATraining : public testing::Test {
 protected:
  ATraining() : folder_(world_.broadcast(std::to_string(getpid()))) {
    if (world_.is_root()) {
      testing_support::write_jet_table(folder_.file("jets.h5"), {.rows = 200});
      std::ofstream(folder_.file("config.yaml"))
          << "data: {files: [" << folder_.file("jets.h5") << "]}\n"
          << "image: {bins: 8}\n"
             "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n"
             "train: {epochs: 3, batch_size: 32}\n"
             "early_stopping: {enabled: false}\n";
    }
    world_.barrier();
  }
  ~ATraining() override { world_.barrier(); }

  /// Files and folders beside the config and its data.
  std::ptrdiff_t written() const {
    return std::distance(std::filesystem::directory_iterator(folder_.file("")),
                         std::filesystem::directory_iterator()) -
           2;
  }
  std::string config() const { return folder_.file("config.yaml"); }
  bool on_last_rank() const { return world_.rank() == world_.size() - 1; }

  Communicator world_ = Communicator::world();
  testing_support::ScratchDirectory folder_;
};

/// Remembers what it saw, and does what a test wants then.
struct Spectator : EpochObserver {
  Next on_epoch(const EpochFigures& figures, std::span<const float> weights) override {
    seen.push_back(figures);
    last_weights.assign(weights.begin(), weights.end());
    return then();
  }
  std::vector<EpochFigures> seen;
  std::vector<float> last_weights;
  std::function<Next()> then = [] { return Next::go_on; };
};

/// The error that all ranks get.
CollectiveError error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const CollectiveError& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {"", ExitStatus::done};
}

TEST_F(ATraining, WithoutAFolderWritesNothing) {
  Training training(config(), MPI_COMM_WORLD, {.assignments = {"early_stopping.restore_best=false"}});
  Spectator spectator;
  training.add(spectator);
  const TrainingResult result = training.run();
  EXPECT_EQ(result.epochs, 3);
  EXPECT_EQ(result.best.epoch, 3);
  EXPECT_EQ(result.weights, spectator.last_weights);
  EXPECT_EQ(result.weights_hash, world_.broadcast(result.weights_hash));
  ASSERT_EQ(spectator.seen.size(), 3U);
  EXPECT_EQ(spectator.seen[1].epoch, 2);
  EXPECT_GT(spectator.seen[1].loss, 0);
  EXPECT_EQ(spectator.seen[2].validation_loss, result.best.validation_loss);
  world_.barrier();
  EXPECT_EQ(written(), 0);
}

TEST_F(ATraining, WithAFolderLeavesAModelThatATaggerReadsAndGoesOnFromThere) {
  const TrainingOptions first{.assignments = {"train.epochs=1"}, .output = folder_.file("run")};
  const TrainingResult begun = Training(config(), MPI_COMM_WORLD, first).run();
  EXPECT_EQ(Tagger(folder_.file("run/best.h5")).weights_hash(), begun.weights_hash);
  EXPECT_THAT(error_of([&] { Training(config(), MPI_COMM_WORLD, first); }).what(),
              HasSubstr("already holds a run"));
  const TrainingResult resumed =
      Training(config(), MPI_COMM_WORLD, {.output = folder_.file("run"), .resume = true}).run();
  const TrainingResult through = Training(config(), MPI_COMM_WORLD).run();
  EXPECT_EQ(resumed.epochs, 3);
  EXPECT_EQ(resumed.weights_hash, through.weights_hash);
}

TEST_F(ATraining, EndsWhereAnObserverOfAnyRankSaysSo) {
  Training training(config(), MPI_COMM_WORLD);
  Spectator spectator;
  spectator.then = [&] {
    return spectator.seen.size() == 2 ? Spectator::Next::stop : Spectator::Next::go_on;
  };
  if (on_last_rank()) training.add(spectator);
  EXPECT_EQ(training.run().epochs, 2);
}

TEST_F(ATraining, EndsOnAllRanksWithWhatAnObserverOfOneThrows) {
  Training training(config(), MPI_COMM_WORLD);
  Spectator spectator;
  spectator.then = []() -> Spectator::Next { throw std::runtime_error("seen enough"); };
  if (on_last_rank()) training.add(spectator);
  const CollectiveError error = error_of([&] { training.run(); });
  EXPECT_STREQ(error.what(), "seen enough");
  EXPECT_EQ(error.status(), ExitStatus::failed);
}

TEST_F(ATraining, RefusesMistakesOnAllRanks) {
  const CollectiveError unknown =
      error_of([&] { Training(config(), MPI_COMM_WORLD, {.assignments = {"train.epoch=1"}}); });
  EXPECT_THAT(unknown.what(), HasSubstr("did you mean epochs?"));
  EXPECT_EQ(unknown.status(), ExitStatus::usage);
  const CollectiveError missing = error_of([&] { Training(folder_.file("nothing.yaml"), MPI_COMM_WORLD); });
  EXPECT_EQ(missing.status(), ExitStatus::usage);
  Training training(config(), MPI_COMM_WORLD, {.assignments = {"train.epochs=1"}});
  training.run();
  EXPECT_EQ(error_of([&] { training.run(); }).status(), ExitStatus::usage);
}

TEST_F(ATraining, OfSomeRanksIsTheirsAlone) {
  const Communicator part = world_.split(on_last_rank() ? 1 : 0);
  const TrainingResult result =
      Training(config(), part.handle(), {.assignments = {on_last_rank() ? "seed=1" : "seed=2"}}).run();
  const TrainingResult alone =
      Training(config(), MPI_COMM_SELF, {.assignments = {on_last_rank() ? "seed=1" : "seed=2"}}).run();
  EXPECT_EQ(result.weights_hash, alone.weights_hash);
}

}  // namespace
}  // namespace jetrain
