#include "run/checkpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "io/hdf5_file.hpp"
#include "jetrain/error.hpp"
#include "run/one_writer.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Config sample_config(const std::vector<std::string>& assignments = {}) {
  return parse_config(
      "data: {files: [jets.h5]}\n"
      "model: {layers: [flatten, dense: {units: 2, activation: softmax}]}\n"
      "checkpoint: {every_steps: 5, every_seconds: 0, keep: 2}\n",
      "sample.yaml", assignments);
}

/// No two values in it are equal, so that none can stand in another's place.
TrainingState sample_state(std::int64_t epoch, std::int64_t steps) {
  TrainingState state;
  state.progress = {epoch, steps, 0.1, 1234567890123, 7.25};
  state.stopping = {{-0.3, 4, false}, {{-0.25, 3, false}, {0.75, 2, true}}};
  EpochRecord record{6, 0.7, 0.8, {}, 0.001, 9.5, 10000.5};
  record.validation = {11, 0.12, 0.13, 0.14, 15.5, std::numeric_limits<double>::infinity()};
  state.history = {record, record};
  state.history[1].epoch = 16;
  state.best_epoch = 17;
  state.parameters = {1.5F, 2.5F, 3.5F};
  state.best_parameters = {4.5F, 5.5F, 6.5F};
  state.optimizer_steps = 18;
  state.plateau = {19.5, 20, 21.5};
  state.optimizer = {{7.5F, 8.5F, 9.5F}, {10.5F, 11.5F, 12.5F}};
  return state;
}

auto numbers(const EpochRecord& r) {
  const Metrics& v = r.validation;
  return std::tuple(r.epoch, r.loss, r.accuracy, v.jets, v.loss, v.accuracy, v.auc, v.rejection_30,
                    v.rejection_50, r.learning_rate, r.seconds, r.jets_per_second);
}

void expect_equal(const TrainingState& a, const TrainingState& b) {
  const EpochProgress& p = a.progress;
  const EpochProgress& q = b.progress;
  EXPECT_EQ(std::tuple(p.epoch, p.steps, p.loss, p.correct, p.seconds),
            std::tuple(q.epoch, q.steps, q.loss, q.correct, q.seconds));
  const auto waiting = [](const WaitState& s) { return std::tuple(s.best, s.waited, s.first); };
  EXPECT_EQ(waiting(a.stopping.choice), waiting(b.stopping.choice));
  ASSERT_EQ(a.stopping.waits.size(), b.stopping.waits.size());
  for (std::size_t i = 0; i < a.stopping.waits.size(); ++i)
    EXPECT_EQ(waiting(a.stopping.waits[i]), waiting(b.stopping.waits[i]));
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) EXPECT_EQ(numbers(a.history[i]), numbers(b.history[i]));
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.parameters, b.parameters);
  EXPECT_EQ(a.best_parameters, b.best_parameters);
  EXPECT_EQ(a.optimizer_steps, b.optimizer_steps);
  EXPECT_EQ(std::tuple(a.plateau.best, a.plateau.waited, a.plateau.factor),
            std::tuple(b.plateau.best, b.plateau.waited, b.plateau.factor));
  EXPECT_EQ(a.optimizer, b.optimizer);
}

class CheckpointsTest : public testing::Test {
 protected:
  std::string folder() const { return folder_.file("checkpoints"); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::optional<Checkpoint> newest(const Config& config) {
    return Checkpoints::newest(folder(), config,
                               [&](LogLevel, const std::string& text) { said_ += text + "\n"; });
  }
  std::string said_;

 private:
  test::TemporaryFolder folder_;
};

void flip_a_bit(const std::string& path) {
  std::string content = test::content_of(path);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 4);
  std::ofstream(path, std::ios::binary) << content;
}

TEST_F(CheckpointsTest, GiveBackTheWholeState) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  checkpoints.write(sample_state(2, 30));
  const auto found = newest(sample_config());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->data, "the jets");
  EXPECT_EQ(to_yaml(found->config), to_yaml(sample_config()));
  expect_equal(found->state, sample_state(2, 30));
  EXPECT_EQ(said_, "");
}

/// What older checkpoints hold, and other programs read.
TEST_F(CheckpointsTest, HoldTheStateInItsOrder) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  TrainingState state = sample_state(2, 30);
  state.history.resize(1);
  const hdf5::Handle file = hdf5::open_file(checkpoints.write(state));
  std::vector<double> numbers(13);
  hdf5::read_array(file, "/numbers", {13}, numbers.data());
  EXPECT_THAT(numbers, ElementsAre(2, 30, 0.1, 1234567890123, 7.25, -0.3, 4, 0, 17, 18, 19.5, 20, 21.5));
  std::vector<double> history(12);
  hdf5::read_array(file, "/history", {1, 12}, history.data());
  EXPECT_THAT(history, ElementsAre(6, 0.7, 0.8, 11, 0.12, 0.13, 0.14, 15.5,
                                   std::numeric_limits<double>::infinity(), 0.001, 9.5, 10000.5));
  std::vector<double> waits(6);
  hdf5::read_array(file, "/stopping_waits", {2, 3}, waits.data());
  EXPECT_THAT(waits, ElementsAre(-0.25, 3, 0, 0.75, 2, 1));
  for (const char* array : {"/parameters", "/best_parameters", "/optimizer/0", "/optimizer/1"})
    EXPECT_EQ(hdf5::array_length(file, array), 3) << array;
  EXPECT_FALSE(hdf5::exists(file, "/optimizer/2"));
}

TEST_F(CheckpointsTest, WithFewerBestParametersAreDamaged) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  TrainingState state = sample_state(1, 5);
  state.best_parameters.pop_back();
  checkpoints.write(state);
  EXPECT_THROW(newest(sample_config()), DataError);
}

TEST_F(CheckpointsTest, OfATrainingThatHadDivergedAreLeftOut) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  checkpoints.write(sample_state(1, 5));
  TrainingState state = sample_state(1, 10);
  state.parameters[1] = std::numeric_limits<float>::quiet_NaN();
  checkpoints.write(state);
  EXPECT_EQ(newest(sample_config())->state.progress.steps, 5);
}

TEST_F(CheckpointsTest, KeepTheNewest) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  for (const std::int64_t steps : {998, 999999, 1000000}) checkpoints.write(sample_state(9, steps));
  checkpoints.write(sample_state(10, 1));
  EXPECT_THAT(files(), ElementsAre("epoch_0009_step_1000000.h5", "epoch_0010_step_000001.h5"));
  EXPECT_EQ(newest(sample_config())->state.progress.epoch, 10);
}

TEST_F(CheckpointsTest, LeaveOutDamagedOnes) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  checkpoints.write(sample_state(1, 5));
  flip_a_bit(checkpoints.write(sample_state(1, 10)));
  const auto found = newest(sample_config());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state.progress.steps, 5);
  EXPECT_THAT(said_, HasSubstr("epoch_0001_step_000010.h5 is damaged: its checksum does not match"));
}

TEST_F(CheckpointsTest, AllDamagedIsAnErrorAndRemovesNothing) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  flip_a_bit(checkpoints.write(sample_state(1, 5)));
  EXPECT_THROW(newest(sample_config()), DataError);
  EXPECT_THAT(files(), ElementsAre("epoch_0001_step_000005.h5"));
}

TEST_F(CheckpointsTest, NoneIsNoError) {
  EXPECT_FALSE(newest(sample_config()));
  std::filesystem::create_directory(folder());
  std::ofstream(folder() + "/epoch_0001_step_000005.h5.writing") << "half";
  EXPECT_FALSE(newest(sample_config()));
}

TEST_F(CheckpointsTest, AreRefusedForAConfigWithOtherResults) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  checkpoints.write(sample_state(1, 5));
  try {
    newest(sample_config({"train.batch_size=64",
                          "model.layers=[flatten, dense: {units: 3}, dense: {units: 2, "
                          "activation: softmax}]"}));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("train.batch_size"));
    EXPECT_THAT(error.what(), HasSubstr("model.layers[1].dense.units"));
  }
}

TEST_F(CheckpointsTest, NameTheFirstKeysWhereAnotherNetworkDiffersInMany) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  checkpoints.write(sample_state(1, 5));
  const Config other = parse_config(
      "data: {files: [jets.h5]}\n"
      "input: constituents\n"
      "model: {layers: [edge_conv, edge_conv, mean_pool, dense: {units: 2, activation: softmax}]}\n",
      "other.yaml", {});
  try {
    newest(other);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr(" more. Resume with the run's own config"));
    EXPECT_LT(std::string(error.what()).size(), 700U);
  }
}

TEST_F(CheckpointsTest, AllowWhatDoesNotChangeResults) {
  Checkpoints checkpoints(folder(), sample_config(), "the jets");
  checkpoints.write(sample_state(1, 5));
  EXPECT_TRUE(newest(sample_config(
      {"train.epochs=99", "data.files=[moved.h5]", "validation.ranks=all", "checkpoint.keep=7"})));
}

TEST_F(CheckpointsTest, RefuseOtherEpochsWhereTheScheduleFillsThem) {
  for (const char* schedule : {"cosine", "{one_cycle: {up_epochs: 3, down_epochs: 3}}", "flat_with_decay"}) {
    const std::string key = std::string("train.schedule=") + schedule;
    Checkpoints(folder(), sample_config({key}), "the jets").write(sample_state(1, 5));
    EXPECT_THROW(newest(sample_config({key, "train.epochs=99"})), UsageError) << schedule;
  }
  for (const char* schedule : {"constant", "step", "exponential", "cosine_restarts", "reduce_on_plateau"}) {
    const std::string key = std::string("train.schedule=") + schedule;
    Checkpoints(folder(), sample_config({key}), "the jets").write(sample_state(1, 5));
    EXPECT_TRUE(newest(sample_config({key, "train.epochs=99"}))) << schedule;
  }
}

TEST_F(CheckpointsTest, MayBeWrittenByTwoThreads) {
  const Checkpoints checkpoints(folder(), sample_config(), "the jets");
  const auto write = [&] {
    for (int i = 0; i < 50; ++i) checkpoints.write(sample_state(2, 30));
  };
  std::thread other(write);
  write();
  other.join();
  EXPECT_THAT(files(), ElementsAre("epoch_0002_step_000030.h5"));
  expect_equal(newest(sample_config())->state, sample_state(2, 30));
}

TEST_F(CheckpointsTest, AreNotWaitedForLongerThanWanted) {
  const Checkpoints checkpoints(folder(), sample_config(), "the jets");
  write_alone([&] {
    std::thread other(
        [&] { EXPECT_FALSE(checkpoints.write_within(std::chrono::milliseconds(1), sample_state(1, 5))); });
    other.join();
  });
  EXPECT_FALSE(std::filesystem::exists(folder()));
  EXPECT_TRUE(checkpoints.write_within(std::chrono::milliseconds(1), sample_state(1, 5)));
  EXPECT_THAT(files(), ElementsAre("epoch_0001_step_000005.h5"));
}

TEST_F(CheckpointsTest, AreNotWrittenWhereTheRunVanished) {
  Checkpoints checkpoints(folder() + "/gone/checkpoints", sample_config(), "the jets");
  EXPECT_THROW(checkpoints.write(sample_state(1, 5)), DataError);
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

}  // namespace
}  // namespace jetrain
