#include "run/run_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using test::content_of;

TEST(RunDirectory, IsMadeWithItsParents) {
  const test::TemporaryFolder folder;
  const RunDirectory run = RunDirectory::create(folder.file("a/b/run"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.file("a/b/run")));
}

TEST(RunDirectory, IsRefusedWhereARunIs) {
  const test::TemporaryFolder folder;
  EXPECT_NO_THROW(RunDirectory::require_free(folder.file("run"), false));
  RunDirectory::create(folder.file("run")).write_config("seed: 1\n");
  EXPECT_THROW(RunDirectory::require_free(folder.file("run"), false), UsageError);
  EXPECT_NO_THROW(RunDirectory::require_free(folder.file("run"), true));
}

TEST(RunDirectory, IsRefusedWhereItsFoldersAreAnothers) {
  for (const char* name : {"checkpoints", "tensorboard"}) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder.file(name));
    std::ofstream(folder.file(name) + "/notes.txt") << "mine";
    EXPECT_THROW(RunDirectory::require_free(folder.file(""), false), UsageError);
    EXPECT_EQ(content_of(folder.file(name) + "/notes.txt"), "mine");
  }
}

TEST(RunDirectory, MayBeAFolderWithOtherThings) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("notes.txt")) << "mine";
  EXPECT_NO_THROW(RunDirectory::require_free(folder.file(""), false));
  const RunDirectory run = RunDirectory::create(folder.file(""));
  EXPECT_EQ(content_of(folder.file("notes.txt")), "mine");
}

TEST(RunDirectory, AskingChangesNothing) {
  const test::TemporaryFolder folder;
  RunDirectory::require_free(folder.file("run"), true);
  EXPECT_EQ(folder.entries(), 0);
}

TEST(RunDirectory, CannotBeBelowAFile) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "text";
  EXPECT_THROW(RunDirectory::require_free(folder.file("file"), false), DataError);
  EXPECT_THROW(RunDirectory::require_free(folder.file("file/run"), false), DataError);
}

TEST(RunDirectory, ClearsAwayTheRunItReplaces) {
  const test::TemporaryFolder folder;
  {
    const RunDirectory run = RunDirectory::create(folder.file("run"));
    run.write_result({});
  }
  const RunDirectory run = RunDirectory::create(folder.file("run"));
  EXPECT_FALSE(std::filesystem::exists(run.file("result.json")));
}

TEST(RunDirectory, HistoryReadsBackToTheSameNumbers) {
  const test::TemporaryFolder folder;
  RunDirectory run = RunDirectory::create(folder.file("run"));
  EpochRecord record;
  record.epoch = 3;
  record.loss = 0.1 + 0.2;
  record.accuracy = 1.0 / 3.0;
  record.validation.auc = 0.9375;
  record.learning_rate = 1e-3;
  run.append_history(record);
  std::istringstream lines(content_of(run.file("history.csv")));
  std::string header;
  std::string line;
  std::getline(lines, header);
  std::getline(lines, line);
  EXPECT_EQ(header,
            "epoch,loss,accuracy,val_loss,val_accuracy,val_auc,val_rejection_30,val_rejection_50,"
            "learning_rate,seconds,jets_per_second");
  EXPECT_THAT(line, testing::StartsWith("3,0.30000000000000004,0.3333333333333333,"));
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), 10);
}

TEST(RunDirectory, ResultIsValidJsonAlsoWithoutANumber) {
  const test::TemporaryFolder folder;
  RunResult result;
  result.weights_hash = "0123";
  result.best.epoch = 2;
  result.best.validation.auc = 0.9;
  result.best.validation.rejection_30 = std::numeric_limits<double>::infinity();
  result.best.validation.rejection_50 = std::numeric_limits<double>::quiet_NaN();
  result.seconds["total"] = 1.5;
  const RunDirectory run = RunDirectory::create(folder.file("run"));
  run.write_result(result);
  const auto json = nlohmann::json::parse(content_of(run.file("result.json")));
  EXPECT_EQ(json["weights_hash"], "0123");
  EXPECT_EQ(json["best_epoch"], 2);
  EXPECT_EQ(json["best"]["val_auc"], 0.9);
  EXPECT_TRUE(json["best"]["val_rejection_30"].is_null());
  EXPECT_TRUE(json["best"]["val_rejection_50"].is_null());
  EXPECT_EQ(json["seconds"]["total"], 1.5);
}

}  // namespace
}  // namespace jetrain
