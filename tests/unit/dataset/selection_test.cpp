#include "dataset/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "jetrain/error.hpp"
#include "table_file.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

/// A file of `rows` jets with label row % 2 and ttv row % 3, and what a config makes of it.
class SelectionTest : public testing::Test {
 protected:
  void write(std::int64_t rows) {
    rows_ = rows;
    test::write_table(folder_.file("jets.h5"), rows, Compression::none, 1000, self_);
  }

  Selection select(const Config& config) {
    const auto rows = open_rows({folder_.file("jets.h5")}, {&config}, false, self_);
    return Selection::from_config(config, *rows, self_);
  }

  std::vector<Set> sets_of(const Config& config) {
    const Selection selection = select(config);
    std::vector<Set> sets;
    for (std::int64_t row = 0; row < rows_; ++row) sets.push_back(selection.set_of(row, row % 3));
    return sets;
  }

  static std::map<Set, std::int64_t> count(const std::vector<Set>& sets) {
    std::map<Set, std::int64_t> counts;
    for (const Set set : sets) ++counts[set];
    return counts;
  }

  static Config split(SplitMethod method, double validation, double test = 0) {
    Config config;
    config.data.split = {method, validation, test};
    return config;
  }

  const Communicator self_ = Communicator::self();
  const test::TemporaryFolder folder_;
  std::int64_t rows_ = 0;
};

using Counts = std::map<Set, std::int64_t>;

// Keras' validation_split: the first int(n * (1 - f)) rows train; 1 - f is rounded as Python rounds it.
TEST_F(SelectionTest, TailCutsWhereKerasCuts) {
  struct Case {
    std::int64_t rows;
    double fraction;
    std::int64_t train;  // int(rows * (1 - fraction)) in Python
  };
  for (const auto& [rows, fraction, train] : {Case{10, 0.3, 7}, Case{100, 0.3, 70}, Case{101, 0.3, 70},
                                              Case{10, 0.9, 0}, Case{50, 0.1, 45}, Case{3, 0.5, 1}}) {
    write(rows);
    const auto sets = sets_of(split(SplitMethod::tail, fraction));
    for (std::int64_t row = 0; row < rows; ++row) {
      EXPECT_EQ(sets[static_cast<std::size_t>(row)], row < train ? Set::train : Set::validation)
          << rows << " rows, fraction " << fraction << ", row " << row;
    }
  }
}

TEST_F(SelectionTest, TailTestsJustBeforeItValidates) {
  write(10);
  const auto sets = sets_of(split(SplitMethod::tail, 0.3, 0.2));
  using enum Set;
  EXPECT_THAT(sets, testing::ElementsAre(train, train, train, train, train, test, test, validation,
                                         validation, validation));
}

TEST_F(SelectionTest, RandomHasExactCounts) {
  write(1000);
  const auto sets = sets_of(split(SplitMethod::random, 0.3, 0.2));
  EXPECT_EQ(count(sets), (Counts{{Set::train, 500}, {Set::test, 200}, {Set::validation, 300}}));
  std::int64_t early = 0;
  for (std::size_t row = 0; row < 500; ++row) early += sets[row] == Set::validation ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(early), 150, 40);
}

TEST_F(SelectionTest, RandomDependsOnTheSeedAlone) {
  write(200);
  Config config = split(SplitMethod::random, 0.3);
  const auto sets = sets_of(config);
  EXPECT_EQ(sets_of(config), sets);
  config.seed = 2;
  EXPECT_NE(sets_of(config), sets);
}

TEST_F(SelectionTest, ColumnFollowsTtv) {
  write(6);
  using enum Set;
  EXPECT_THAT(sets_of(split(SplitMethod::column, 0.3)),
              testing::ElementsAre(train, test, validation, train, test, validation));
  EXPECT_EQ(select(split(SplitMethod::column, 0.3)).set_of(0, 3), Set::none);
}

TEST_F(SelectionTest, LeadingLimitTakesTheFirstRows) {
  write(100);
  Config config = split(SplitMethod::tail, 0.3);
  config.data.limit = {10, LimitTake::leading};
  const auto sets = sets_of(config);
  EXPECT_EQ(count(sets), (Counts{{Set::train, 7}, {Set::validation, 3}, {Set::none, 90}}));
  EXPECT_EQ(sets[9], Set::validation);
  EXPECT_EQ(select(config).range().last, 10);
}

TEST_F(SelectionTest, BalancedLimitTakesEquallyManyOfEachClass) {
  write(400);
  Config config = split(SplitMethod::random, 0.5);
  config.data.limit = {100, LimitTake::balanced};
  const auto sets = sets_of(config);
  EXPECT_EQ(count(sets), (Counts{{Set::train, 50}, {Set::validation, 50}, {Set::none, 300}}));
  std::int64_t tops = 0;
  for (std::size_t row = 0; row < sets.size(); ++row) {
    if (sets[row] != Set::none) tops += static_cast<std::int64_t>(row % 2);
  }
  EXPECT_EQ(tops, 50);
}

TEST_F(SelectionTest, LimitBeyondTheFileTakesItAll) {
  write(20);
  for (const LimitTake take : kValues<LimitTake>) {
    Config config = split(SplitMethod::tail, 0.5);
    config.data.limit = {1'000'000'000'000, take};
    EXPECT_EQ(count(sets_of(config)), (Counts{{Set::train, 10}, {Set::validation, 10}}))
        << word_of(take).text;
  }
}

// Each row that is no test row validates once, in folds of equal size, whatever had said which rows validate.
TEST_F(SelectionTest, FoldsShareOutTrainingAndValidationRows) {
  write(301);
  for (const SplitMethod method : {SplitMethod::tail, SplitMethod::random, SplitMethod::column}) {
    Config config = split(method, 0.3, 0.2);
    const auto before = sets_of(config);
    std::vector<std::int64_t> validated(before.size());
    config.data.split.folds = 4;
    for (std::int64_t fold = 0; fold < 4; ++fold) {
      config.data.split.fold = fold;
      const auto sets = sets_of(config);
      const std::int64_t rows = 301 - count(before)[Set::test];
      EXPECT_NEAR(static_cast<double>(count(sets)[Set::validation]), static_cast<double>(rows) / 4, 1)
          << word_of(method).text;
      for (std::size_t row = 0; row < sets.size(); ++row) {
        EXPECT_EQ(sets[row] == Set::test, before[row] == Set::test);
        validated[row] += sets[row] == Set::validation;
      }
    }
    for (std::size_t row = 0; row < before.size(); ++row)
      EXPECT_EQ(validated[row], before[row] == Set::test ? 0 : 1) << word_of(method).text << ", row " << row;
  }
}

TEST_F(SelectionTest, FewerTrainingJetsAreAmongTheMore) {
  write(100);
  for (const SplitMethod method : {SplitMethod::tail, SplitMethod::random, SplitMethod::column}) {
    Config config = split(method, 0.3, 0.2);
    auto more = sets_of(config);
    for (const std::int64_t jets : {30, 20, 1}) {
      config.data.limit.training_jets = jets;
      const auto sets = sets_of(config);
      EXPECT_EQ(count(sets)[Set::train], jets) << word_of(method).text;
      for (std::size_t row = 0; row < sets.size(); ++row) {
        if (sets[row] == Set::train) {
          EXPECT_EQ(more[row], Set::train);
        } else if (sets[row] != Set::none) {
          EXPECT_EQ(sets[row], more[row]) << "a set changed that does not train";
        }
      }
      more = sets;
    }
    config.data.limit.training_jets = 1000;
    EXPECT_THROW(sets_of(config), CollectiveError);
  }
}

TEST_F(SelectionTest, ASeedOfItsOwnKeepsTheSplit) {
  write(200);
  Config config = split(SplitMethod::random, 0.3, 0.2);
  const auto as_seed_1 = sets_of(config);
  config.data.split.seed = 1;
  config.seed = 7;
  EXPECT_EQ(sets_of(config), as_seed_1);
  config.data.split.folds = 3;
  const auto folded = sets_of(config);
  config.seed = 8;
  EXPECT_EQ(sets_of(config), folded);
  config.data.split.seed = 2;
  EXPECT_NE(sets_of(config), folded);
}

TEST_F(SelectionTest, OfAllRowsHasOneSet) {
  const Selection selection = Selection::everything(5, Set::test);
  EXPECT_EQ(selection.set_of(4, 0), Set::test);
  EXPECT_EQ(selection.set_of(5, 0), Set::none);
  EXPECT_EQ(selection.range().size(), 5);
}

TEST(SetName, ReadsBack) {
  for (const Set set : {Set::train, Set::validation, Set::test}) EXPECT_EQ(parse_set(set_name(set)), set);
  for (const char* word : {"tset", "none", ""}) EXPECT_THROW(parse_set(word), UsageError) << word;
}

}  // namespace
}  // namespace jetrain
