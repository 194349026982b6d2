#include "dataset/selected_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "io/hdf5_file.hpp"
#include "table_file.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Config with_files(const std::vector<std::string>& train, const std::vector<std::string>& validation,
                  const std::vector<std::string>& test) {
  Config config;
  config.data.split.method = SplitMethod::files;
  config.data.train_files = train;
  config.data.validation_files = validation;
  config.data.test_files = test;
  return config;
}

TEST(FileGroups, AreOneWhereRowsAreSplit) {
  Config config;
  config.data.files = {"a.h5", "b.h5"};
  const auto groups = file_groups(config.data, {Set::train, Set::validation});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_THAT(groups[0].files, ElementsAre("a.h5", "b.h5"));
  EXPECT_THAT(groups[0].sets, ElementsAre(Set::train, Set::validation));
  EXPECT_THAT(given_sets(config.data), ElementsAre(Set::train, Set::validation, Set::test));
}

TEST(FileGroups, AreOneForEachSetWhereSetsHaveFiles) {
  Config config = with_files({"t.h5"}, {"v.h5", "w.h5"}, {});
  const auto groups = file_groups(config.data, {Set::train, Set::validation});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(groups[1].files, ElementsAre("v.h5", "w.h5"));
  EXPECT_THAT(groups[1].sets, ElementsAre(Set::validation));
  EXPECT_THAT(given_sets(config.data), ElementsAre(Set::train, Set::validation));
  EXPECT_THROW(file_groups(config.data, {Set::test}), CollectiveError);
  EXPECT_THAT(files_of(config.data, Set::validation), ElementsAre("v.h5", "w.h5"));
  read_from(config.data, Set::validation, {"x.h5"});
  EXPECT_THAT(config.data.validation_files, ElementsAre("x.h5"));
  EXPECT_THAT(config.data.train_files, ElementsAre("t.h5"));
}

/// One row's sample, as SelectedRows::make gave it.
struct Found {
  std::int64_t row = 0;
  Set set = Set::none;
  std::vector<std::uint16_t> positions;
  std::vector<float> values;
  std::vector<float> features;
  std::vector<float> targets;
  int label = 0;
  float weight = 1;
};

class SelectedRowsTest : public testing::Test {
 protected:
  ~SelectedRowsTest() override { omp_set_num_threads(omp_get_num_procs()); }

  static std::vector<Found> read(const SelectedRows& rows, RowRange range, std::size_t way,
                                 std::int64_t& skipped) {
    struct Slot {
      std::vector<Found> found;
      std::int64_t skipped = 0;
    };
    std::vector<Found> all;
    rows.read<Slot>(
        range,
        [&](Slot& slot, const RowBlock& block) {
          rows.make(block, way, slot.skipped, [&](std::int64_t row, Set set, const SampleView& sample) {
            Found found{row, set, {}, {}, {}, {}, sample.label, sample.weight};
            found.positions.assign(sample.input.positions.begin(), sample.input.positions.end());
            found.values.assign(sample.input.values.begin(), sample.input.values.end());
            found.features.assign(sample.features.begin(), sample.features.end());
            found.targets.assign(sample.targets.begin(), sample.targets.end());
            slot.found.push_back(found);
          });
        },
        [&](Slot& slot) {
          all.insert(all.end(), slot.found.begin(), slot.found.end());
          skipped += slot.skipped;
        });
    return all;
  }
  static std::vector<Found> read(const SelectedRows& rows, std::size_t way = 0) {
    std::int64_t skipped = 0;
    return read(rows, rows.range(), way, skipped);
  }

  /// Row i of `rows` holds (i, 0, 1 / (i + 1)), and the label i % 2, or the targets (0, i), and the weight
  /// i / 4.
  std::string write_arrays(const std::string& name, std::int64_t rows, std::int64_t bad_row = -1,
                           double bad_weight = 1) {
    std::vector<float> x;
    std::vector<std::int64_t> classes;
    std::vector<float> targets;
    std::vector<double> weights;
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto number = static_cast<float>(i);
      x.insert(x.end(),
               {number, i == bad_row ? std::numeric_limits<float>::quiet_NaN() : 0.0F, 1 / (number + 1)});
      classes.push_back(i % 2);
      targets.insert(targets.end(), {-0.0F, number});
      weights.push_back(i == bad_row ? bad_weight : 0.25 * static_cast<double>(i));
    }
    hdf5::write_file(folder_.file(name), hdf5::Seal::none, [&](hid_t file) {
      hdf5::write_array(file, "x", {rows, 3}, x.data());
      hdf5::write_array(file, "y", {rows}, classes.data());
      hdf5::write_array(file, "w", {rows}, weights.data());
      hdf5::write_array(file, "w2", {rows, 2}, targets.data());
      hdf5::write_array(file, "t", {rows, 2}, targets.data());
    });
    return folder_.file(name);
  }

  static Config arrays() {
    Config config;
    config.data.arrays = {"x", "y", {3}, 0};
    return config;
  }

  const Communicator self_ = Communicator::self();
  const test::TemporaryFolder folder_;
};

TEST_F(SelectedRowsTest, GiveTheArraysOfSeveralFilesAsTheyStand) {
  Config config = arrays();
  config.data.files = {write_arrays("a.h5", 5000), write_arrays("b.h5", 10)};
  config.data.split.validation = 0.5;
  config.data.split.test = 0.1;
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    const SelectedRows rows({config.data.files, {Set::train, Set::validation}}, {&config}, true, self_);
    const auto found = read(rows);
    ASSERT_EQ(found.size(), 2004U + 2505U);
    std::int64_t last = -1;
    for (const Found& sample : found) {
      ASSERT_GT(sample.row, last);  // in the files' order
      last = sample.row;
      ASSERT_EQ(sample.set, sample.row < 2004 ? Set::train : Set::validation);
      ASSERT_TRUE(sample.row < 2004 || sample.row >= 2505) << "a test row";
      const std::int64_t i = sample.row < 5000 ? sample.row : sample.row - 5000;
      ASSERT_EQ(sample.label, i % 2);
      if (i > 0) {
        ASSERT_THAT(sample.positions, ElementsAre(0, 2));  // zeros are not stored
        ASSERT_THAT(sample.values, ElementsAre(static_cast<float>(i), 1 / (static_cast<float>(i) + 1)));
      } else {
        ASSERT_THAT(sample.positions, ElementsAre(2));
      }
    }
    EXPECT_EQ(last, 5009);
  }
}

TEST_F(SelectedRowsTest, GiveTargetsAsAPartOfTheirOwn) {
  Config config = arrays();
  config.data.arrays.labels = "t";
  config.data.arrays.targets = 2;
  const auto rows = SelectedRows::everything({write_arrays("a.h5", 7)}, config, Set::test, self_);
  const auto found = read(rows);
  ASSERT_EQ(found.size(), 7U);
  EXPECT_THAT(found[6].targets, ElementsAre(0.0F, 6.0F));
  EXPECT_FALSE(std::signbit(found[6].targets[0]));
  EXPECT_THAT(found[6].positions, ElementsAre(0, 2));
  EXPECT_EQ(found[6].label, 0);
  EXPECT_EQ(found[6].set, Set::test);
}

TEST_F(SelectedRowsTest, SharesAreCompleteAndReadApart) {
  const auto rows = SelectedRows::everything({write_arrays("a.h5", 500)}, arrays(), Set::test, self_);
  std::int64_t next = 0;
  for (int rank = 0; rank < 3; ++rank) {
    std::int64_t skipped = 0;
    for (const Found& sample : read(rows, rows.source().slice({0, 500}, rank, 3), 0, skipped))
      ASSERT_EQ(sample.row, next++);
  }
  EXPECT_EQ(next, 500);
}

TEST_F(SelectedRowsTest, NameABadRowOrCountIt) {
  Config config = arrays();
  const std::vector<std::string> files{write_arrays("a.h5", 10), write_arrays("b.h5", 600, 437)};
  const auto strict = SelectedRows::everything(files, config, Set::test, self_);
  try {
    read(strict);
    FAIL() << "took a NaN";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("b.h5, row 437: a value is NaN or infinite; mend the file"));
  }
  config.data.on_bad_row = BadRow::skip;
  std::int64_t skipped = 0;
  const SelectedRows lenient({files, {Set::train, Set::validation}}, {&config}, true, self_);
  EXPECT_EQ(read(lenient, lenient.range(), 0, skipped).size(), 609U);
  EXPECT_EQ(skipped, 1);
  // Where all rows are scored, none may be missing beside which a result should stand.
  EXPECT_THROW(read(SelectedRows::everything(files, config, Set::test, self_)), DataError);
}

TEST_F(SelectedRowsTest, GiveEachRowItsWeight) {
  Config config = arrays();
  const std::vector<std::string> files{write_arrays("a.h5", 10), write_arrays("b.h5", 5000)};
  for (const Found& sample : read(SelectedRows::everything(files, config, Set::test, self_)))
    ASSERT_EQ(sample.weight, 1.0F);
  config.data.weights = "w";
  const auto found = read(SelectedRows::everything(files, config, Set::test, self_));
  ASSERT_EQ(found.size(), 5010U);
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_EQ(found[i].weight, 0.25F * static_cast<float>(i < 10 ? i : i - 10));
  for (const char* wrong : {"v", "w2"}) {
    config.data.weights = wrong;
    EXPECT_THROW(SelectedRows::everything(files, config, Set::test, self_), CollectiveError) << wrong;
  }
}

TEST_F(SelectedRowsTest, RefuseNegativeWeightsUnlessToldWhatTheyDo) {
  Config config = arrays();
  config.data.weights = "w";
  config.data.on_bad_row = BadRow::skip;  // which would bias what is left
  const std::vector<std::string> files{write_arrays("a.h5", 600, 437, -0.5)};
  const auto weight_of_row_437 = [&] {
    return read(SelectedRows({files, {Set::train, Set::validation}}, {&config}, true, self_)).at(437).weight;
  };
  try {
    weight_of_row_437();
    FAIL() << "took a negative weight";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a.h5, row 437: the weight -0.5 is negative"));
    EXPECT_THAT(error.what(), HasSubstr("keep"));
    EXPECT_THAT(error.what(), HasSubstr("zero"));
  }
  config.data.negative_weights = NegativeWeights::keep;
  EXPECT_EQ(weight_of_row_437(), -0.5F);
  config.data.negative_weights = NegativeWeights::zero;
  EXPECT_EQ(weight_of_row_437(), 0.0F);
}

TEST_F(SelectedRowsTest, CountARowWhoseWeightIsNoFloatAmongTheBad) {
  Config config = arrays();
  config.data.weights = "w";
  for (const double bad : {std::nan(""), -HUGE_VAL, 1e39, -1e39, 1e-60}) {
    config.data.on_bad_row = BadRow::skip;
    const std::vector<std::string> files{write_arrays("a.h5", 70, 67, bad)};
    const auto open = [&] {
      return SelectedRows({files, {Set::train, Set::validation}}, {&config}, true, self_);
    };
    const SelectedRows lenient = open();
    std::int64_t skipped = 0;
    EXPECT_EQ(read(lenient, lenient.range(), 0, skipped).size(), 69U) << bad;
    EXPECT_EQ(skipped, 1) << bad;
    config.data.on_bad_row = BadRow::error;
    EXPECT_THROW(read(open()), DataError) << bad;
  }
}

TEST_F(SelectedRowsTest, BalanceArraysWithoutTheirBadRows) {
  Config config = arrays();
  config.data.files = {write_arrays("b.h5", 600, 4)};
  config.data.limit = {10, LimitTake::balanced};
  const auto open = [&] {
    return SelectedRows({config.data.files, {Set::train, Set::validation}}, {&config}, true, self_);
  };
  EXPECT_THROW(open(), CollectiveError);
  config.data.on_bad_row = BadRow::skip;
  std::vector<std::int64_t> taken;
  for (const Found& sample : read(open())) taken.push_back(sample.row);
  EXPECT_THAT(taken, ElementsAre(0, 1, 2, 3, 5, 6, 7, 8, 9, 10));
}

// A bad row is no jet, so that it is not counted among those that are drawn.
TEST_F(SelectedRowsTest, DrawAmongUsableRows) {
  Config config = arrays();
  config.data.files = {write_arrays("b.h5", 600, 4)};
  config.data.on_bad_row = BadRow::skip;
  config.data.limit.training_jets = 420;  // all that the 70 % have, but for one
  const auto open = [&] {
    return SelectedRows({config.data.files, {Set::train, Set::validation}}, {&config}, true, self_);
  };
  EXPECT_THROW(open(), CollectiveError);
  config.data.limit.training_jets = 419;
  std::int64_t skipped = 0;
  const SelectedRows rows = open();
  EXPECT_EQ(read(rows, rows.range(), 0, skipped).size(), 599U);
  EXPECT_EQ(skipped, 1);
}

TEST_F(SelectedRowsTest, DealTheFilesOfTwoSetsToFolds) {
  Config config =
      with_files({write_arrays("t.h5", 30)}, {write_arrays("v.h5", 20)}, {write_arrays("x.h5", 5)});
  config.data.arrays = arrays().data.arrays;
  config.data.split.folds = 5;
  config.data.split.fold = 1;
  const auto groups = file_groups(config.data, {Set::train, Set::validation, Set::test});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(groups[0].files, ElementsAre(folder_.file("t.h5"), folder_.file("v.h5")));
  EXPECT_THAT(groups[0].sets, ElementsAre(Set::train, Set::validation));
  EXPECT_THAT(groups[1].sets, ElementsAre(Set::test));
  std::int64_t train = 0;
  std::int64_t validation = 0;
  for (const Found& sample : read(SelectedRows(groups[0], {&config}, true, self_)))
    ++(sample.set == Set::train ? train : validation);
  EXPECT_EQ(train, 40);
  EXPECT_EQ(validation, 10);
  EXPECT_EQ(read(SelectedRows(groups[1], {&config}, true, self_)).size(), 5U);
}

// One reading, two ways: an image each of the same row, and a cloud of it where it is to train on.
TEST_F(SelectedRowsTest, MakeTheJetsOfATableInEachWay) {
  test::write_table(folder_.file("jets.h5"), 300, Compression::blosc, 1000, self_);
  Config fine;
  fine.data.files = {folder_.file("jets.h5")};
  fine.data.high_level = {HighLevelFeature::multiplicity};
  Config coarse = fine;
  coarse.image.bins = 2;
  coarse.data.high_level.clear();
  coarse.augmentation.flip = true;
  const FileGroup group{fine.data.files, {Set::train, Set::validation}};
  const SelectedRows rows(group, {&fine, &coarse}, true, self_);
  const auto first = read(rows, 0);
  const auto second = read(rows, 1);
  ASSERT_EQ(first.size(), 300U);
  ASSERT_EQ(second.size(), 300U);
  for (std::size_t i = 1; i < 300; ++i) {
    ASSERT_EQ(first[i].label, static_cast<int>(i % 2));
    ASSERT_THAT(first[i].features, ElementsAre(20.0F));
    ASSERT_TRUE(second[i].features.empty());
    ASSERT_EQ(first[i].set, i < 210 ? Set::train : Set::validation);
    const std::uint16_t most = first[i].set == Set::train ? 20 * 7 : 2 * 2;
    ASSERT_LT(second[i].positions.back(), most);
    ASSERT_EQ(second[i].positions.size() > 4, first[i].set == Set::train);
  }
  const SelectedRows images(group, {&coarse}, false, self_);
  for (const Found& sample : read(images)) ASSERT_LE(sample.positions.size(), 4U);
}

TEST_F(SelectedRowsTest, GiveEachSetTheRowsOfItsOwnFiles) {
  Config config = with_files({write_arrays("t.h5", 30)}, {write_arrays("v.h5", 20)}, {});
  config.data.arrays = arrays().data.arrays;
  config.data.limit = {8, LimitTake::leading};
  std::vector<std::size_t> sizes;
  for (const FileGroup& group : file_groups(config.data, {Set::train, Set::validation})) {
    const SelectedRows rows(group, {&config}, true, self_);
    const auto found = read(rows);
    sizes.push_back(found.size());
    for (const Found& sample : found) EXPECT_EQ(sample.set, group.sets[0]);
  }
  EXPECT_THAT(sizes, ElementsAre(8U, 8U));
}

}  // namespace
}  // namespace jetrain
