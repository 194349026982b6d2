#include "run/run_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

RunResult sample_result() {
  RunResult r;
  r.weights_hash = "00ff";
  r.best = {6, 0.7, 0.8, {}, 0.001, 9.5, 10000.5};
  r.best.validation = {11, 0.12, 0.13, 0.14, 15.5, std::numeric_limits<double>::infinity()};
  r.best_by = "val_auc";
  r.ended_by = EndedBy::not_improved;
  r.ended = "val_auc has not improved";
  r.epochs = 16;
  r.parameters = 17;
  r.training_jets = 18;
  r.validation_jets = 19;
  r.skipped_rows = 20;
  r.ranks = 21;
  r.threads = 22;
  r.jets_per_second = 23.5;
  r.peak_rss_bytes = 24;
  r.seconds = {{"compute", 25.5}, {"read", 26.5}};
  r.stragglers = {{27, 28, "node1", "reading", 29.5, 30.5, 0}, {31, 32, "node2", "update", 33.5, 34.5, 35}};
  return r;
}

constexpr const char* kText = R"({
  "weights_hash": "00ff",
  "best_epoch": 6,
  "best_by": "val_auc",
  "epochs": 16,
  "ended_by": "not_improved",
  "ended": "val_auc has not improved",
  "best": {
    "loss": 0.7,
    "accuracy": 0.8,
    "val_loss": 0.12,
    "val_accuracy": 0.13,
    "val_auc": 0.14,
    "val_rejection_30": 15.5,
    "val_rejection_50": null
  },
  "parameters": 17,
  "training_jets": 18,
  "validation_jets": 19,
  "skipped_rows": 20,
  "ranks": 21,
  "threads": 22,
  "jets_per_second": 23.5,
  "peak_rss_bytes": 24,
  "seconds": {
    "compute": 25.5,
    "read": 26.5
  },
  "stragglers": [
    {
      "epoch": 27,
      "rank": 28,
      "host": "node1",
      "phase": "reading",
      "seconds": 29.5,
      "factor": 30.5
    },
    {
      "epoch": 31,
      "rank": 32,
      "host": "node2",
      "phase": "update",
      "seconds": 33.5,
      "factor": 34.5,
      "others": 35
    }
  ]
}
)";

TEST(RunResult, HasTheOutcomeInItsOrder) {
  EXPECT_EQ(result_text(sample_result()), kText);
}

TEST(RunResult, IsReadAsItWasWritten) {
  const RunResult read = parse_result(kText, "result.json");
  EXPECT_EQ(result_text(read), kText);
  EXPECT_EQ(read.best.epoch, 6);
  EXPECT_TRUE(std::isnan(read.best.validation.rejection_50));
  EXPECT_EQ(read.stragglers.at(1).others, 35);
}

TEST(RunResult, OfATimeBeforeStragglersIsRead) {
  std::string text = kText;
  text.erase(text.find(",\n  \"stragglers\""));
  EXPECT_TRUE(parse_result(text + "}", "result.json").stragglers.empty());
}

TEST(RunResult, ThatIsNoneIsNamed) {
  std::string other_kind = kText;
  other_kind.replace(other_kind.find("16"), 2, "\"16\"");
  for (const std::string& text : {std::string(), std::string("{"), std::string("[1]"),
                                  std::string(R"({"weights_hash": "0"})"), other_kind}) {
    try {
      parse_result(text, "a/result.json");
      ADD_FAILURE() << text;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("a/result.json is not a training's result: "));
    }
  }
}

}  // namespace
}  // namespace jetrain
