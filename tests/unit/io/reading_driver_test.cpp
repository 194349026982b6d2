#include "io/reading_driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <numeric>

#include "io/attributes.hpp"
#include "io/dataset.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using hdf5::Dataset;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kRows = 4096;

template <class Action>
std::string read_error(const Action& action) {
  try {
    action();
  } catch (const ReadError& error) {
    return error.what();
  }
  return "no ReadError";
}

/// 0, 1, 2, ... in a dataset of each kind of storage.
class ReadingDriver : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("a.h5");
  std::vector<double> values_ = std::vector<double>(kRows);

  ReadingDriver() {
    std::iota(values_.begin(), values_.end(), 0.0);
    const hdf5::Handle file = hdf5::create_file(path_);
    write(file, "/contiguous", hdf5::untimed_creation());
    write(file, "/chunked", chunked());
    hdf5::Handle zipped = chunked();
    H5Pset_deflate(zipped, 1);
    write(file, "/zipped", zipped);
    hdf5::Handle compact = hdf5::untimed_creation();
    H5Pset_layout(compact, H5D_COMPACT);
    write(file, "/compact", compact);
  }

  static hdf5::Handle chunked() {
    hdf5::Handle creation = hdf5::untimed_creation();
    const hsize_t rows = 100;
    H5Pset_chunk(creation, 1, &rows);
    return creation;
  }
  void write(hid_t file, const std::string& name, const hdf5::Handle& creation) const {
    Dataset::create<double>(file, name, {kRows}, creation).write_rows(0, values_);
  }
  /// A dataset of another file that is put together from `source` of this one.
  std::string assembled(const std::string& source_file, const std::string& source) const {
    const std::string path = folder_.file("assembled.h5");
    const hdf5::Handle file = hdf5::create_file(path);
    const hsize_t rows = kRows;
    const hdf5::Handle space(H5Screate_simple(1, &rows, nullptr), H5Sclose);
    const hdf5::Handle creation = hdf5::untimed_creation();
    H5Pset_virtual(creation, space, source_file.c_str(), source.c_str(), space);
    Dataset::create<double>(file, "/assembled", {kRows}, creation);
    return path;
  }
  /// A dataset in two files, from byte 8 of the first on.
  std::string external() const {
    const std::string path = folder_.file("external.h5");
    std::ofstream first(folder_.file("first"), std::ios::binary);
    std::ofstream second(folder_.file("second"), std::ios::binary);
    const char* bytes = reinterpret_cast<const char*>(values_.data());
    first.write("unused..", 8).write(bytes, 8000);
    second.write(bytes + 8000, 8 * kRows - 8000);
    const hdf5::Handle creation = hdf5::untimed_creation();
    H5Pset_external(creation, folder_.file("first").c_str(), 8, 8000);
    H5Pset_external(creation, folder_.file("second").c_str(), 0, H5F_UNLIMITED);
    Dataset::create<double>(hdf5::create_file(path), "/external", {kRows}, creation);
    return path;
  }
};

TEST_F(ReadingDriver, GivesRowsOfAnyStorage) {
  const hdf5::Handle file = hdf5::open_file(path_);
  for (const char* name : {"/contiguous", "/chunked", "/zipped", "/compact"}) {
    const Dataset dataset = Dataset::open(file, name);
    EXPECT_EQ(dataset.read_rows<double>(0, kRows), values_) << name;
    EXPECT_EQ(dataset.read_rows<float>(1234, 1), std::vector{1234.0F}) << name;
  }
  EXPECT_EQ(Dataset::open(file, "/compact").storage(), hdf5::Storage::compact);
  EXPECT_EQ(Dataset::open(file, "/zipped").storage(), hdf5::Storage::chunked);
}

TEST_F(ReadingDriver, GivesRowsThatStandInOtherFiles) {
  const hdf5::Handle whole = hdf5::open_file(external());
  const Dataset listed = Dataset::open(whole, "/external");
  EXPECT_EQ(listed.storage(), hdf5::Storage::external);
  EXPECT_EQ(listed.read_rows<double>(0, kRows), values_);
  EXPECT_EQ(listed.read_rows<std::int16_t>(999, 2),
            (std::vector<std::int16_t>{999, 1000}));  // over the border
  const hdf5::Handle file = hdf5::open_file(assembled("a.h5", "/zipped"));
  const Dataset put_together = Dataset::open(file, "/assembled");
  EXPECT_EQ(put_together.storage(), hdf5::Storage::assembled);
  EXPECT_EQ(put_together.read_rows<double>(0, kRows), values_);
}

TEST_F(ReadingDriver, GivesNoZerosForWhatCannotBeRead) {
  const hdf5::Handle file = hdf5::open_file(path_);
  const Dataset contiguous = Dataset::open(file, "/contiguous");
  const Dataset chunked = Dataset::open(file, "/chunked");
  const Dataset zipped = Dataset::open(file, "/zipped");
  std::filesystem::resize_file(path_, 4096);
  for (const Dataset* dataset : {&contiguous, &chunked, &zipped}) {
    EXPECT_THAT(read_error([&] { dataset->read_rows<double>(3000, 50); }),
                AllOf(StartsWith("reading " + path_ + " failed: the file got shorter"),
                      HasSubstr("(rows 3000 to 3049 of " + path_ + ":/")));
  }
  hdf5::StoredChunk chunk;
  EXPECT_THAT(read_error([&] { zipped.read_chunk(std::array<std::int64_t, 1>{3000}, chunk); }),
              HasSubstr("(rows 3000 to 3099 of "));
}

TEST_F(ReadingDriver, SaysThatReadingFailedNotThatSomethingIsMissing) {
  const hdf5::Handle file = hdf5::open_file(path_);
  std::filesystem::resize_file(path_, 100);
  EXPECT_THAT(read_error([&] { hdf5::exists(file, "/group/inside"); }), StartsWith("reading " + path_));
  EXPECT_THAT(read_error([&] { hdf5::exists(file, "/chunked"); }), StartsWith("reading " + path_));
  EXPECT_THAT(read_error([&] { Dataset::open(file, "/zipped"); }), StartsWith("reading " + path_));
}

TEST_F(ReadingDriver, TellsOfEachFailureOnce) {
  {
    const hdf5::Handle file = hdf5::open_file(path_);
    const Dataset dataset = Dataset::open(file, "/contiguous");
    std::filesystem::resize_file(path_, 4096);
    EXPECT_THROW(dataset.read_rows<double>(3000, 50), ReadError);
    EXPECT_FALSE(hdf5::reads_failed());
    EXPECT_NO_THROW(hdf5::require_reads("anything"));
  }
  EXPECT_THROW(hdf5::open_file(path_), DataError);  // its superblock knows how long it was
}

TEST_F(ReadingDriver, NamesTheMissingFilesOfAnAssembledDataset) {
  const std::string path = assembled("nowhere.h5", "/zipped");
  const hdf5::Handle file = hdf5::open_file(path);
  try {
    Dataset::open(file, "/assembled");
    FAIL() << "fill values were taken for jets";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), AllOf(StartsWith(path + ":/assembled"), HasSubstr("nowhere.h5 is not there")));
  }
}

TEST_F(ReadingDriver, GivesNoFillValuesForASourceThatCannotBeRead) {
  const std::string path = assembled("a.h5", "/zipped");
  const hdf5::Handle file = hdf5::open_file(path);
  const Dataset dataset = Dataset::open(file, "/assembled");
  EXPECT_EQ(dataset.read_rows<double>(0, 10), std::vector<double>(values_.begin(), values_.begin() + 10));
  std::filesystem::resize_file(path_, 4096);
  EXPECT_THAT(read_error([&] { dataset.read_rows<double>(3000, 50); }), StartsWith("reading " + path_));
}

TEST_F(ReadingDriver, FindsAnExternalFileThatIsMissingOrCutOff) {
  const hdf5::Handle file = hdf5::open_file(external());
  const Dataset dataset = Dataset::open(file, "/external");
  std::filesystem::resize_file(folder_.file("second"), 100);
  EXPECT_EQ(dataset.read_rows<double>(990, 1), std::vector{990.0});
  EXPECT_THROW(dataset.read_rows<double>(990, 100), DataError);
  std::filesystem::remove(folder_.file("first"));
  EXPECT_THROW(dataset.read_rows<double>(990, 1), DataError);
}

}  // namespace
}  // namespace jetrain
