#include "layouts/row_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <filesystem>
#include <fstream>

#include "core/input_file.hpp"
#include "io/blosc_filter.hpp"
#include "io/dataset.hpp"
#include "jetrain/error.hpp"
#include "read_found.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Sizes = std::vector<std::int64_t>;

struct Stored {
  const char* name;
  Sizes shape;
  Sizes chunk;  ///< empty: contiguous
  enum { plain, gzip, blosc, fletcher } filter = plain;
};

/// Element j of row i is 100000 i + j, as float64.
void write(hid_t file, const Stored& stored) {
  const hdf5::Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!stored.chunk.empty()) {
    const std::vector<hsize_t> chunk(stored.chunk.begin(), stored.chunk.end());
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
  }
  std::size_t chunk_bytes = 8;
  for (const std::int64_t size : stored.chunk) chunk_bytes *= static_cast<std::size_t>(size);
  if (stored.filter == Stored::gzip) H5Pset_shuffle(creation), H5Pset_deflate(creation, 3);
  if (stored.filter == Stored::blosc) hdf5::add_blosc_filter(creation, 8, chunk_bytes);
  if (stored.filter == Stored::fletcher) H5Pset_fletcher32(creation);
  hdf5::Dataset dataset = hdf5::Dataset::create<double>(file, stored.name, stored.shape, creation);
  std::vector<double> values;
  for (std::int64_t i = 0; i < dataset.rows(); ++i) {
    for (std::int64_t j = 0; j < dataset.row_size(); ++j)
      values.push_back(static_cast<double>(100000 * i + j));
  }
  dataset.write_rows(0, values);
}

class RowReaderTest : public testing::Test {
 protected:
  std::string write(const std::vector<Stored>& all) {
    const std::string path = folder_.file("rows.h5");
    const hdf5::Handle file = hdf5::create_file(path);
    for (const Stored& stored : all) jetrain::write(file, stored);
    return path;
  }
  static void expect_rows(FileColumns& file, const std::string& name, RowRange range) {
    const auto rows = test::numbers_of(file, file.find(name), range);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < rows[i].size(); ++j)
        ASSERT_EQ(rows[i][j], 100000.0 * static_cast<double>(range.first + static_cast<std::int64_t>(i)) +
                                  static_cast<double>(j))
            << name << " " << i << " " << j;
    }
  }

  test::TemporaryFolder folder_;
  Communicator self_ = Communicator::self();
};

const std::vector<Stored> kEach{
    {"plain", {301, 5}, {}},
    {"whole", {301, 5}, {7, 5}, Stored::gzip},
    {"cut", {301, 5}, {64, 2}, Stored::blosc},
    {"deep", {301, 4, 3}, {30, 3, 2}, Stored::gzip},
    {"deeper", {301, 2, 4, 3}, {9, 2, 3, 3}, Stored::plain},
    {"one_chunk", {301}, {301}, Stored::gzip},
    {"checked", {301, 5}, {7, 3}, Stored::fletcher},
};

TEST_F(RowReaderTest, ReadsAnyRangeOfEachStorage) {
  FileColumns file(write(kEach), "", self_);
  for (const Stored& stored : kEach) {
    for (const RowRange range : {RowRange{0, 301}, {0, 1}, {300, 301}, {13, 200}, {64, 128}, {150, 150}})
      expect_rows(file, stored.name, range);
  }
}

TEST_F(RowReaderTest, GivesTheSameWithAnyNumberOfThreads) {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    FileColumns file(write(kEach), "", self_);
    for (const Stored& stored : kEach) expect_rows(file, stored.name, {3, 290});
  }
  omp_set_num_threads(before);
}

/// More than a window, so that bands of chunks reach from one into the next.
TEST_F(RowReaderTest, KeepsWhatAChunkHasForTheNextWindows) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  FileColumns file(write({{"wide", {9000, 300}, {70, 40}, Stored::blosc},
                          {"same", {9000, 300}, {}},
                          {"long", {9000, 2}, {5000, 1}, Stored::gzip},
                          {"label", {9000}, {9000}, Stored::gzip}}),
                   "", self_);
  std::vector<std::size_t> wanted;
  for (const char* name : {"wide", "long", "label", "same", "wide"})
    wanted.push_back(file.find(name).places[0].array);
  const RowReader reader(file, wanted);
  EXPECT_EQ(reader.rows(), 9000);
  EXPECT_EQ(reader.border_rows(), 70);
  std::int64_t next = 17;
  std::int64_t windows = 0;
  std::vector<std::int64_t> rows_of_slots(static_cast<std::size_t>(reader.window_slots()), 0);
  reader.read(
      {17, 8990},
      [&](std::int64_t slot, const RawRows& rows) {
        rows_of_slots[static_cast<std::size_t>(slot)] = rows.rows;
        for (std::int64_t i = 0; i < rows.rows; ++i) {
          for (const std::size_t array : wanted) {
            double value = 0;
            std::memcpy(&value, rows.row(array, i), 8);
            ASSERT_EQ(value, 100000.0 * static_cast<double>(rows.first_row + i));
          }
          double last = 0;
          std::memcpy(&last, rows.row(wanted[0], i) + 299 * 8, 8);
          ASSERT_EQ(last, 100000.0 * static_cast<double>(rows.first_row + i) + 299);
        }
      },
      [&](std::int64_t count) {
        ++windows;
        for (std::int64_t i = 0; i < count; ++i) next += rows_of_slots[static_cast<std::size_t>(i)];
      });
  EXPECT_EQ(next, 8990);
  EXPECT_GT(windows, 2);
  omp_set_num_threads(before);
}

TEST_F(RowReaderTest, RefusesDatasetsOfDifferentLengths) {
  FileColumns file(write({{"a", {30, 2}, {}}, {"b", {29}, {}}}), "", self_);
  const std::size_t a = file.find("a").places[0].array;
  const std::size_t b = file.find("b").places[0].array;
  EXPECT_THAT(test::refusal_of<Error>([&] {
                RowReader(file, {a, b});
              }),
              AllOf(HasSubstr("rows.h5:a has 30 rows, but "), HasSubstr("rows.h5:b has 29")));
}

TEST_F(RowReaderTest, NamesTheRowsOfADamagedChunk) {
  for (const Sizes& chunk : {Sizes{10, 5}, Sizes{10, 2}}) {
    const std::string path = write({{"x", {40, 5}, chunk, Stored::gzip}});
    const std::string good = test::content_of(path);
    std::string bad = good;
    const std::size_t zlib = good.rfind("\x78\x5e");
    ASSERT_NE(zlib, std::string::npos);
    std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(zlib) + 2, 8, '\xff');
    std::ofstream(path, std::ios::binary) << bad;
    FileColumns file(path, "", self_);
    const Found found = file.find("x");
    EXPECT_THAT(test::refusal_of<Error>([&] {
                  test::numbers_of(file, found, {0, 40});
                }),
                AllOf(HasSubstr("rows 30 to 39 of "), HasSubstr("rows.h5:x are damaged")));
  }
}

TEST_F(RowReaderTest, NamesWhatIsCutOff) {
  const std::string path = folder_.file("cut.npy");
  std::filesystem::copy_file(std::string(TEST_DATA_DIR) + "/layouts/alone.npy", path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 8);
  EXPECT_THAT(test::refusal_of<Error>([&] { FileColumns(path, "", self_); }),
              HasSubstr("cut.npy is cut off"));
}

/// A file that gets shorter while it is open stands for any read that fails.
TEST_F(RowReaderTest, NamesTheRowsThatCouldNotBeRead) {
  const std::string plain = write({{"x", {40, 5}, {}}, {"last", {4000}, {}}});
  const std::string chunks = folder_.file("chunks.h5");
  {
    const hdf5::Handle file = hdf5::create_file(chunks);
    jetrain::write(file, {"x", {40, 5}, {10, 2}, Stored::gzip});
  }
  const std::string npy = folder_.file("a.npy");
  std::filesystem::copy_file(std::string(TEST_DATA_DIR) + "/layouts/alone.npy", npy);
  for (const auto& [path, name] : {std::pair(plain, "last"), {chunks, "x"}, {npy, "arr_0"}}) {
    FileColumns file(path, "", self_);
    const Found found = file.find(name);
    const std::uintmax_t bytes = std::filesystem::file_size(path);
    std::filesystem::resize_file(path, bytes - std::min<std::uintmax_t>(bytes / 3, 20000));
    try {
      test::numbers_of(file, found, {0, found.rows});
      ADD_FAILURE() << path << " is read";
    } catch (const ReadError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("reading " + path + " failed: "), HasSubstr("(rows ")));
    }
  }
}

TEST_F(RowReaderTest, ComparesTheChecksumOfADeflatedMember) {
  const std::string path = folder_.file("bad.npz");
  std::string bytes = test::content_of(std::string(TEST_DATA_DIR) + "/layouts/deflated.npz");
  const std::size_t directory = bytes.find("PK\x01\x02");
  ASSERT_NE(directory, std::string::npos);
  bytes[directory + 16] ^= 1;
  std::ofstream(path, std::ios::binary) << bytes;
  FileColumns file(path, "", self_);
  const Found found = file.find("X");
  EXPECT_THAT(test::refusal_of<Error>([&] {
                test::numbers_of(file, found, {0, found.rows});
              }),
              HasSubstr("bad.npz:X is damaged (its checksum does not match)"));
}

}  // namespace
}  // namespace jetrain
