#include "run/history_csv.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

constexpr const char* kHeader =
    "epoch,loss,accuracy,val_loss,val_accuracy,val_auc,val_rejection_30,val_rejection_50,learning_rate,"
    "seconds,"
    "jets_per_second\n";

std::string with_header(const char* lines) {
  return fmt::format("{}{}", kHeader, lines);
}

std::string complaint(const std::string& text) {
  return test::refusal_of<DataError>([&] { parse_history(text, "a/history.csv"); });
}

TEST(HistoryCsv, HasALineAnEpoch) {
  EpochRecord record{3, 0.1 + 0.2, 1.0 / 3, {}, 1e-3, 1.23456, 9876.54};
  record.validation = {
      100, 0.5, 0.25, std::numeric_limits<double>::quiet_NaN(), 7, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(history_text({record}),
            with_header("3,0.30000000000000004,0.3333333333333333,0.5,0.25,nan,7,inf,0.001,1.235,9876.5\n"));
}

TEST(HistoryCsv, IsReadAsItWasWritten) {
  EpochRecord record{3, 0.1 + 0.2, 1.0 / 3, {}, 1e-3, 1.25, 9876.5};
  record.validation = {0, 0.5, 0.25, 0.75, 0, 0};
  const std::string text = history_text({record, EpochRecord{4, 1, 1, {}, 1, 1, 1}});
  const std::vector<EpochRecord> history = parse_history(text, "history.csv");
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].validation.auc, 0.75);
  EXPECT_EQ(history[1].epoch, 4);
  EXPECT_EQ(history_text(history), text);
  EXPECT_TRUE(parse_history(kHeader, "history.csv").empty());
}

TEST(HistoryCsv, IsReadByTheNamesOfItsColumns) {
  const auto history = parse_history(
      "loss,epoch,accuracy,val_loss,val_accuracy,val_auc,learning_rate,seconds,jets_per_second\n"
      "0.5,7,1,2,3,4,5,6,8\n",
      "history.csv");
  EXPECT_EQ(history.at(0).epoch, 7);
  EXPECT_EQ(history.at(0).loss, 0.5);
  EXPECT_TRUE(std::isnan(history.at(0).validation.rejection_50)) << "of a table that has no such column";
}

TEST(HistoryCsv, ThatIsNoneIsNamedWithItsLine) {
  EXPECT_EQ(complaint(kHeader), "");
  EXPECT_THAT(complaint(""), HasSubstr("a/history.csv:1: not the columns"));
  EXPECT_THAT(complaint("epoch,loss\n1,2\n"), HasSubstr("there is no column accuracy"));
  EXPECT_EQ(complaint(with_header("1,2,3,4,5,6,7,8,9,10,11\n1,2,3\n")),
            "a/history.csv:3: not a line of a training's history: 1,2,3");
  EXPECT_THAT(complaint(with_header("1.5,2,3,4,5,6,7,8,9,10,11\n")), HasSubstr("a/history.csv:2:"));
}

}  // namespace
}  // namespace jetrain
