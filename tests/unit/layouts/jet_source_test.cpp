#include "layouts/jet_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "io/hdf5_file.hpp"
#include "jet_table_file.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing_support::momentum_at;
using testing_support::ScratchDirectory;
using testing_support::TableOptions;
using testing_support::write_jet_table;

class JetSourceTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const TableOptions& options) {
    const std::string path = directory_.file(name);
    write_jet_table(path, options);
    return path;
  }
  JetSource open(const std::string& path) const { return JetSource({path}, self_); }

  std::string error_of(const std::string& path) const {
    return test::refusal_of<Error>([&] { open(path); });
  }

  /// Reads `range` and checks every row against what write_jet_table put there: row i of the source holds
  /// the numbers of row i.
  void expect_rows(const JetSource& source, RowRange range) const {
    std::mutex mutex;
    std::map<std::int64_t, int> seen;
    std::map<std::int64_t, std::int64_t> first_row_of_slot;
    source.read(
        range,
        [&](std::int64_t slot, const JetBlock& block) {
          const std::lock_guard lock(mutex);
          EXPECT_LT(slot, source.window_slots());
          first_row_of_slot[slot] = block.first_row;
          for (std::int64_t i = 0; i < block.rows; ++i) {
            const std::int64_t row = block.first_row + i;
            ++seen[row];
            std::vector<float> room;
            const std::span<const float> places = block.constituents(i, room);
            ASSERT_EQ(places.size(), 800U);
            ASSERT_EQ(places[0], momentum_at(row, 0));
            ASSERT_EQ(places[799], momentum_at(row, 799));
            ASSERT_EQ(block.set(i), row % 3);
            ASSERT_EQ(block.label(i), row % 2);
          }
        },
        [&](std::int64_t count) {
          EXPECT_EQ(count, static_cast<std::int64_t>(first_row_of_slot.size()));
          std::int64_t last = -1;
          for (const auto& [slot, row] : first_row_of_slot) {
            EXPECT_GT(row, last) << "slots stand in row order";
            last = row;
          }
          first_row_of_slot.clear();
        });
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), range.size());
    for (const auto& [row, times] : seen) {
      EXPECT_TRUE(row >= range.first && row < range.last) << row;
      EXPECT_EQ(times, 1) << row;
    }
  }

  void expect_readable(const TableOptions& options, bool raw_chunks) {
    const JetSource source = open(write("table.h5", options));
    ASSERT_EQ(source.rows(), static_cast<std::int64_t>(options.rows));
    EXPECT_EQ(source.layouts()[0].arrays.at(0).raw_chunks, raw_chunks);
    expect_rows(source, {0, source.rows()});
    expect_rows(source, {3, 4});
    expect_rows(source, {5, source.rows() - 1});
    expect_rows(source, {20, 20});
  }

  ScratchDirectory directory_;
  Communicator self_ = Communicator::self();
};

TEST_F(JetSourceTest, ReadsContiguousTables) {
  expect_readable({.chunk_rows = 0}, false);
}
TEST_F(JetSourceTest, ReadsUnfilteredChunks) {
  expect_readable({}, true);
}
TEST_F(JetSourceTest, ReadsGzip) {
  expect_readable({.gzip = true}, true);
}
TEST_F(JetSourceTest, ReadsShuffledGzip) {
  expect_readable({.shuffle = true, .gzip = true}, true);
}
TEST_F(JetSourceTest, ReadsShuffleAlone) {
  expect_readable({.shuffle = true}, true);
}
TEST_F(JetSourceTest, ReadsBlosc) {
  expect_readable({.blosc = true}, true);
}
TEST_F(JetSourceTest, ReadsOtherFiltersThroughHdf5) {
  expect_readable({.gzip = true, .fletcher = true}, false);
}
TEST_F(JetSourceTest, ReadsPaddedRecords) {
  expect_readable({.blosc = true, .padded = true}, true);
}
TEST_F(JetSourceTest, ReadsBigEndianRecords) {
  expect_readable({.big_endian = true}, true);
}
TEST_F(JetSourceTest, ReadsOneLargeChunk) {
  expect_readable({.rows = 70, .chunk_rows = 6000, .gzip = true}, true);
}
TEST_F(JetSourceTest, HonoursTheFilterMaskOfAChunk) {
  expect_readable({.rows = 96, .shuffle = true, .gzip = true, .skip_filters_from = 48}, true);
}

TEST_F(JetSourceTest, GoesThroughSeveralWindows) {
  // 16 MB a thread hold 5,178 rows; one thread keeps the file small.
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const JetSource chunked = open(write("chunked.h5", {.rows = 12000, .chunk_rows = 100, .blosc = true}));
  const JetSource contiguous = open(write("contiguous.h5", {.rows = 12000, .chunk_rows = 0}));
  expect_rows(chunked, {50, 11990});
  expect_rows(contiguous, {50, 11990});
  omp_set_num_threads(threads);
}

TEST_F(JetSourceTest, NumbersRowsOverAllFiles) {
  const std::vector<std::string> files{
      write("a.h5", {.rows = 20, .chunk_rows = 8}),
      write("b.h5", {.rows = 30, .chunk_rows = 7, .blosc = true, .first_index = 20}),
      write("c.h5", {.rows = 10, .chunk_rows = 0, .first_index = 50})};
  const JetSource source(files, self_);
  EXPECT_EQ(source.rows(), 60);
  expect_rows(source, {0, 60});
  expect_rows(source, {19, 51});
  EXPECT_EQ(source.place(0), files[0] + ", row 0");
  EXPECT_EQ(source.place(20), files[1] + ", row 0");
  EXPECT_EQ(source.place(59), files[2] + ", row 9");
}

TEST_F(JetSourceTest, SlicesAreCompleteBalancedAndOnChunkBorders) {
  const std::vector<std::string> files{write("a.h5", {.rows = 100, .chunk_rows = 8}),
                                       write("b.h5", {.rows = 50, .chunk_rows = 5})};
  const JetSource source(files, self_);
  for (const RowRange all : {RowRange{0, 150}, RowRange{3, 141}, RowRange{30, 31}, RowRange{40, 40}}) {
    for (const int size : {1, 2, 3, 7, 64, 1000}) {
      std::int64_t next = all.first;
      for (int rank = 0; rank < size; ++rank) {
        const RowRange slice = source.slice(all, rank, size);
        EXPECT_EQ(slice.first, next);
        EXPECT_GE(slice.size(), 0);
        EXPECT_LE(std::abs(slice.size() - all.size() / size), 8 + 1);
        const std::int64_t border = slice.last;
        EXPECT_TRUE(border == all.last || border == all.first || border == 100 ||
                    (border < 100 ? border % 8 == 0 : (border - 100) % 5 == 0))
            << border;
        next = slice.last;
      }
      EXPECT_EQ(next, all.last);
    }
  }
}

TEST_F(JetSourceTest, ReadsWhatPandasWrites) {
  const std::string data = TEST_DATA_DIR;
  nlohmann::json expected;
  std::ifstream(data + "/pandas_sample.json") >> expected;
  const JetSource source = open(data + "/pandas_sample_blosc.h5");
  ASSERT_EQ(source.rows(), expected["rows"]);
  const FileLayout layout = source.layouts()[0];
  EXPECT_EQ(layout.table, "/table");
  EXPECT_TRUE(layout.arrays.at(0).raw_chunks);
  EXPECT_EQ(layout.arrays.at(0).filters, "blosc level 5");
  std::mutex mutex;
  source.read(
      {0, source.rows()},
      [&](std::int64_t, const JetBlock& block) {
        const std::lock_guard lock(mutex);
        for (std::int64_t i = 0; i < block.rows; ++i) {
          const auto row = static_cast<std::size_t>(block.first_row + i);
          double sum = 0;
          std::vector<float> room;
          const std::span<const float> places = block.constituents(i, room);
          for (const float value : places) sum += static_cast<double>(value);
          EXPECT_NEAR(sum, expected["sum"][row].get<double>(), 1e-6);
          EXPECT_FLOAT_EQ(places[0], expected["leading_energy"][row].get<float>());
          EXPECT_TRUE(room.empty()) << "what stands in the row as it is wanted is not copied";
          EXPECT_EQ(block.set(i), expected["ttv"][row].get<std::int64_t>());
          EXPECT_EQ(block.label(i), expected["is_signal"][row].get<std::int64_t>());
        }
      },
      [](std::int64_t) {});
}

TEST_F(JetSourceTest, NamesAMissingFile) {
  EXPECT_THAT(error_of("/nowhere/jets.h5"), HasSubstr("/nowhere/jets.h5"));
}

TEST_F(JetSourceTest, RefusesAFileThatIsNotHdf5) {
  const std::string path = directory_.file("text.h5");
  std::ofstream(path) << "E_0,PX_0,PY_0,PZ_0\n";
  EXPECT_THAT(error_of(path), HasSubstr("not an HDF5 file"));
}

TEST_F(JetSourceTest, RefusesATruncatedFile) {
  const std::string path = write("truncated.h5", {.blosc = true});
  const auto bytes = std::filesystem::file_size(path);
  for (const auto kept : {bytes - 1, bytes / 2, bytes / 10}) {
    std::filesystem::resize_file(path, kept);
    EXPECT_THAT(error_of(path), testing::AllOf(HasSubstr(path), HasSubstr("truncated"))) << kept;
  }
}

TEST_F(JetSourceTest, ListsWhatAFileWithoutTheTableHolds) {
  const std::string path = directory_.file("other.h5");
  {
    const hdf5::Handle file = hdf5::create_file(path);
    for (const char* name : {"images", "labels"})
      hdf5::Handle(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  }
  EXPECT_THAT(error_of(path), testing::AllOf(HasSubstr(path), HasSubstr("E_*"), HasSubstr("data.jets")));
}

// What its columns are called, a table without pandas' attributes does not say.
TEST_F(JetSourceTest, RefusesATableWhoseColumnsHaveNoNames) {
  EXPECT_THAT(error_of(write("nameless.h5", {.momenta = 404, .named = false})), HasSubstr("E_*"));
}

TEST_F(JetSourceTest, RefusesATableThatIsNotWhatItsNamesSay) {
  EXPECT_THAT(error_of(write("narrow.h5", {.momenta = 404})),
              HasSubstr("has 804 names, but values_block_0 has 404 columns"));
}

TEST_F(JetSourceTest, RefusesATableWithoutRows) {
  EXPECT_THAT(error_of(write("empty.h5", {.rows = 0})), HasSubstr("no rows"));
}

TEST_F(JetSourceTest, NamesTheRowsOfADamagedChunk) {
  for (const bool gzip : {false, true}) {
    const std::string path = write("damaged.h5", {.gzip = gzip, .blosc = !gzip});
    {
      // A chunk of noise in the place of rows 40 to 47, and another one later on.
      const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
      const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/table/table");
      const std::vector<std::byte> noise(500, std::byte{0x5a});
      for (const hsize_t row : {hsize_t{40}, hsize_t{72}})
        H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &row, noise.size(), noise.data());
    }
    const JetSource source = open(path);
    const auto read = [&](RowRange range) {
      source.read(
          range, [](std::int64_t, const JetBlock&) {}, [](std::int64_t) {});
    };
    EXPECT_NO_THROW(read({0, 40}));
    try {
      read({0, 100});
      FAIL() << "a damaged chunk must be an error";
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("rows 40 to 47 of " + path), HasSubstr("damaged")));
    }
  }
}

TEST_F(JetSourceTest, PassesOnTheFirstErrorOfTheConsumer) {
  const JetSource source = open(write("table.h5", {}));
  try {
    source.read(
        {0, 100},
        [](std::int64_t slot, const JetBlock& block) {
          if (slot >= 2) throw DataError("row " + std::to_string(block.first_row));
        },
        [](std::int64_t) { FAIL() << "no window may end after an error"; });
    FAIL() << "the error must come through";
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "row 16");
  }
}

TEST_F(JetSourceTest, TakesTheReferenceRecordWithoutNamesAndSaysSo) {
  EXPECT_THAT(open(write("named.h5", {})).doubts(), testing::IsEmpty());
  const JetSource source = open(write("nameless.h5", {.named = false}));
  expect_rows(source, {0, source.rows()});
  ASSERT_EQ(source.doubts().size(), 1U);
  EXPECT_THAT(source.doubts()[0],
              testing::AllOf(HasSubstr("nameless.h5: /table/table does not say what its columns are called"),
                             HasSubstr("ttv, is_signal_new")));
}

TEST_F(JetSourceTest, FollowsLinksIntoOtherFilesAndNamesThoseThatLeadNowhere) {
  const std::string target = write("target.h5", {});
  const auto link = [&](const std::string& name, const std::string& file) {
    const std::string path = directory_.file(name);
    hdf5::write_file(path, hdf5::Seal::none, [&](hid_t root) {
      H5Lcreate_external(file.c_str(), "/table", root, "table", H5P_DEFAULT, H5P_DEFAULT);
    });
    return path;
  };
  const JetSource source = open(link("link.h5", "target.h5"));
  expect_rows(source, {0, source.rows()});
  EXPECT_THAT(source.doubts(), testing::IsEmpty());
  EXPECT_THAT(
      error_of(link("moved.h5", "moved_away.h5")),
      testing::AllOf(
          HasSubstr("moved.h5:table is a link to /table in the file moved_away.h5, which is not there"),
          testing::Not(HasSubstr("preset"))));
}

}  // namespace
}  // namespace jetrain
