#include "study/ranking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "temporary_folder.hpp"

namespace jetrain {
namespace {

class Ranking : public testing::Test {
 protected:
  Trial trial(const std::string& name, const std::string& directory, std::int64_t fold = -1) const {
    Trial t;
    t.name = name;
    t.directory = directory;
    t.values = {name};
    if (fold >= 0) t.config.data.split = {.folds = 5, .fold = fold};
    return t;
  }
  TrialOutcome outcome_of(const Trial& t, const std::string& result) const {
    std::filesystem::create_directories(folder_.file(t.directory));
    std::ofstream(folder_.file(t.directory) + "/result.json") << result;
    return read_outcome(folder_.file(""), t);
  }
  test::TemporaryFolder folder_;
};

constexpr const char* kResult =
    R"({"weights_hash": "00ff", "best_epoch": 2, "epochs": 4, "training_jets": 900, "jets_per_second": 12345.6,
        "best": {"val_loss": 0.25, "val_accuracy": 0.75, "val_auc": 0.875, "val_rejection_30": null}})";

TEST_F(Ranking, ReadsWhatATrainingLeft) {
  const TrialOutcome outcome = outcome_of(trial("a", "trial_0000"), kResult);
  EXPECT_EQ(outcome.status, TrialStatus::done);
  EXPECT_EQ(outcome.epochs, 4);
  EXPECT_EQ(outcome.best_epoch, 2);
  EXPECT_EQ(outcome.training_jets, 900);
  EXPECT_EQ(outcome.val_auc, 0.875);
  EXPECT_TRUE(std::isnan(outcome.val_rejection_30));
  EXPECT_EQ(outcome.jets_per_second, 12346);
  EXPECT_EQ(outcome.weights_hash, "00ff");
}

TEST_F(Ranking, TakesAResultThatIsNoneAsNoResult) {
  for (const char* text : {"", "{", "[1, 2]", "3"}) {
    const TrialOutcome outcome = outcome_of(trial("a", "trial_0000"), text);
    EXPECT_EQ(outcome.status, TrialStatus::not_run) << text;
    EXPECT_TRUE(std::isnan(outcome.val_loss));
  }
  const TrialOutcome other = outcome_of(trial("a", "trial_0000"), R"({"best": 3, "best_epoch": "two"})");
  EXPECT_EQ(other.status, TrialStatus::done);
  EXPECT_EQ(other.best_epoch, 0);
  EXPECT_TRUE(std::isnan(other.val_loss));
}

TEST_F(Ranking, TellsFailedTrainingsFromThoseToCome) {
  std::filesystem::create_directories(folder_.file("trial_0001"));
  std::ofstream(folder_.file("trial_0001/failed.txt")) << "bad data";
  EXPECT_EQ(read_outcome(folder_.file(""), trial("a", "trial_0001")).status, TrialStatus::failed);
  EXPECT_EQ(read_outcome(folder_.file(""), trial("a", "trial_0002")).status, TrialStatus::not_run);
}

TEST_F(Ranking, HasALineForEachTraining) {
  const std::vector<Trial> trials = {trial("a,b", "trial_0000", 3), trial("c", "trial_0001")};
  const std::vector<TrialOutcome> outcomes = {outcome_of(trials[0], kResult),
                                              read_outcome(folder_.file(""), trials[1])};
  EXPECT_EQ(
      table_csv(trials, outcomes, {"seed", "train.epochs"}),
      "trial,name,seed,train.epochs,seed,fold,status,epochs,best_epoch,training_jets,val_loss,val_accuracy,"
      "val_auc,val_rejection_30,val_rejection_50,jets_per_second,weights_hash\n"
      "trial_0000,\"a,b\",\"a,b\",1,3,done,4,2,900,0.25,0.75,0.875,,,12346,00ff\n"
      "trial_0001,c,c,1,,not run yet,0,0,0,,,,,,,\n");
}

TEST_F(Ranking, ListsVariantsByTheirMean) {
  TrialOutcome good;
  good.status = TrialStatus::done;
  good.epochs = 3;
  good.val_loss = 0.25;
  good.val_accuracy = 0.75;
  good.val_auc = 0.875;
  TrialOutcome better = good;
  better.val_auc = 0.9375;
  const std::vector<Trial> trials = {trial("none", "0"), trial("one", "1"), trial("two", "2"),
                                     trial("two", "3")};
  const auto ranking = rank(trials, {TrialOutcome(), good, better, good}, Monitor::val_auc);
  EXPECT_EQ(ranking_csv(ranking, Monitor::val_auc),
            "rank,name,runs,epochs,val_auc,val_auc_spread,val_loss,val_accuracy,val_auc\n"
            "1,two,2,3,0.90625,0.04419417382415922,0.25,0.75,0.90625\n"
            "2,one,1,3,0.875,,0.25,0.75,0.875\n"
            "3,none,0,0,,,,,\n");
}

TEST_F(Ranking, OfASearchListsThoseThatCameFurthestFirst) {
  const auto outcome = [](TrialStatus status, std::int64_t epochs, double auc) {
    TrialOutcome one;
    one.status = status;
    one.epochs = epochs;
    one.val_auc = auc;
    return one;
  };
  const std::vector<Trial> trials = {trial("paused", "0"), trial("good", "1"), trial("best", "2"),
                                     trial("failed", "3")};
  const std::vector<TrialOutcome> outcomes = {
      outcome(TrialStatus::paused, 1, 0.95), outcome(TrialStatus::done, 9, 0.8),
      outcome(TrialStatus::done, 7, 0.9), outcome(TrialStatus::failed, 0, TrialOutcome::kUnknown)};
  const auto names = [&](const std::vector<std::int64_t>& rungs) {
    std::vector<std::string> all;
    for (const Ranked& one : rank(trials, outcomes, Monitor::val_auc, rungs)) all.push_back(one.name);
    return all;
  };
  EXPECT_EQ(names({1, 9, 9, 9}), (std::vector<std::string>{"best", "good", "paused", "failed"}));
  EXPECT_EQ(names({}), (std::vector<std::string>{"paused", "best", "good", "failed"}));
}

TEST_F(Ranking, TellsAPausedTrainingFromOneThatIsDone) {
  EXPECT_EQ(outcome_of(trial("a", "trial_0000"), R"({"epochs": 3, "paused": true})").status,
            TrialStatus::paused);
  EXPECT_EQ(outcome_of(trial("a", "trial_0000"), R"({"epochs": 3, "paused": "yes"})").status,
            TrialStatus::done);
}

}  // namespace
}  // namespace jetrain
