#include "scores/prediction_file.hpp"

#include <gtest/gtest.h>

#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "io/hdf5_file.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

/// Rows first ... last - 1, of which every seventh is left out; two outputs a row.
Predictions some_rows(std::int64_t first, std::int64_t last) {
  Predictions piece;
  for (std::int64_t row = first; row < last; ++row) {
    if (row % 7 == 3) continue;
    piece.rows.push_back(row);
    piece.labels.push_back(static_cast<std::uint8_t>(row % 2));
    piece.scores.push_back(1.0F / static_cast<float>(row + 1));
    piece.outputs.insert(piece.outputs.end(), {static_cast<float>(row), 0.1F});
  }
  return piece;
}

void write(const std::string& path, std::int64_t rows, std::int64_t piece) {
  const auto file = PredictionFile::create(path, rows, {true, {"0", "1"}});
  for (std::int64_t first = 0; first < rows; first += piece)
    file->append(some_rows(first, std::min(rows, first + piece)));
  file->complete();
}

TEST(PredictionFile, CsvHasAllDigits) {
  const test::TemporaryFolder folder;
  write(folder.file("a.csv"), 5, 2);
  EXPECT_EQ(
      test::content_of(folder.file("a.csv")),
      "row,label,score,output_0,output_1\n0,0,1,0,0.1\n1,1,0.5,1,0.1\n2,0,0.33333334,2,0.1\n4,0,0.2,4,0.1\n");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(PredictionFile, OfJetsWithoutLabelsHasNone) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.csv", "a.h5"}) {
    const auto file = PredictionFile::create(folder.file(name), 2, {false, {}});
    file->append({{4, 5}, {}, {0.5F, 0.25F}, {}});
    file->complete();
  }
  EXPECT_EQ(test::content_of(folder.file("a.csv")), "row,score\n4,0.5\n5,0.25\n");
  const hdf5::Handle file = hdf5::open_file(folder.file("a.h5"));
  EXPECT_FALSE(hdf5::exists(file, "label"));
  EXPECT_TRUE(hdf5::exists(file, "score"));
}

TEST(PredictionFile, NamesTheClassesOfOutputs) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.csv", "a.h5"}) {
    const auto file = PredictionFile::create(folder.file(name), 1, {true, {"q", "g, g", "t"}});
    file->append({{0}, {2}, {0.5F}, {0.25F, 0.25F, 0.5F}});
    file->complete();
  }
  EXPECT_EQ(test::content_of(folder.file("a.csv")),
            "row,label,score,output_q,\"output_g, g\",output_t\n0,2,0.5,0.25,0.25,0.5\n");
  const hdf5::Handle file = hdf5::open_file(folder.file("a.h5"));
  EXPECT_EQ(hdf5::text_attribute(hdf5::Dataset::open(file, "outputs").id(), "classes"), "q\ng, g\nt");
}

TEST(PredictionFile, HasWeightsWhereTheyAreWanted) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.csv", "a.h5"}) {
    const auto file = PredictionFile::create(folder.file(name), 2, {.weights = true});
    file->append({{4}, {1}, {0.5F}, {}, {0.1F}});
    file->append({{5}, {0}, {0.25F}, {}, {-2}});
    file->complete();
  }
  EXPECT_EQ(test::content_of(folder.file("a.csv")), "row,label,weight,score\n4,1,0.1,0.5\n5,0,-2,0.25\n");
  const hdf5::Handle file = hdf5::open_file(folder.file("a.h5"));
  EXPECT_EQ(hdf5::Dataset::open(file, "weight").read_rows<float>(0, 2), (std::vector{0.1F, -2.0F}));
}

TEST(PredictionFile, DoesNotDependOnThePieces) {
  const test::TemporaryFolder folder;
  constexpr std::int64_t kRows = 150'000;  // three chunks
  write(folder.file("whole.h5"), kRows, kRows);
  write(folder.file("pieces.h5"), kRows, 40'000);
  EXPECT_EQ(test::content_of(folder.file("whole.h5")), test::content_of(folder.file("pieces.h5")));
  const Predictions expected = some_rows(0, kRows);
  const std::int64_t kept = std::ssize(expected.rows);
  const hdf5::Handle file = hdf5::open_file(folder.file("pieces.h5"));
  std::vector<float> scores(expected.scores.size());
  hdf5::read_array(file, "score", {kept}, scores.data());
  EXPECT_EQ(scores, expected.scores);
  std::vector<float> outputs(expected.outputs.size());
  hdf5::read_array(file, "outputs", {kept, 2}, outputs.data());
  EXPECT_EQ(outputs, expected.outputs);
  std::vector<double> rows(expected.rows.size());
  hdf5::read_array(file, "row", {kept}, rows.data());
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), expected.rows.begin()));
}

TEST(PredictionFile, AppearsWholeOrNotAtAll) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.csv", "a.h5"})
    PredictionFile::create(folder.file(name), 10, {true, {"0", "1"}})->append(some_rows(0, 10));
  EXPECT_EQ(folder.entries(), 0);
}

}  // namespace
}  // namespace jetrain
