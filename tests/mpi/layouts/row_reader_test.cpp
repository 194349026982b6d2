#include "layouts/row_reader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "io/dataset.hpp"
#include "jet_table_file.hpp"
#include "jetrain/error.hpp"
#include "read_found.hpp"

namespace jetrain {
namespace {

using testing_support::ScratchDirectory;

/// Calls that read something, by this process so far; -1 where the kernel does not count them.
std::int64_t read_calls() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  for (std::int64_t count = 0; counters >> name >> count;) {
    if (name == "syscr:") return count;
  }
  return -1;
}

/// Number j of row i is 1000 i + j in the files of tests/data/make_layout_files.py.
class ParallelRowReader : public testing::Test {
 protected:
  ParallelRowReader() : directory_(world_.broadcast(std::to_string(getpid()))) {}
  ~ParallelRowReader() override { world_.barrier(); }

  static std::string data(const std::string& name) { return std::string(TEST_DATA_DIR) + "/layouts/" + name; }

  /// This rank's rows: borders are those of chunks.
  RowRange slice(std::int64_t rows, std::int64_t border) const {
    const auto at = [&](std::int64_t rank) {
      if (rank == world_.size()) return rows;
      return std::min(rows, rows * rank / world_.size() / border * border);
    };
    return {at(world_.rank()), at(world_.rank() + 1)};
  }

  void expect_each_row_once(const std::string& path, const std::string& reference, int first, int step) {
    FileColumns file(path, "", world_);
    Found found;
    file.together(world_, [&] { found = file.find(reference); });
    const RowReader reader(file, {found.places[0].array});
    const RowRange mine = slice(found.rows, reader.border_rows());
    const std::vector<std::vector<double>> rows = test::numbers_of(file, found, mine);
    std::vector<std::int64_t> seen(static_cast<std::size_t>(found.rows), 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t row = mine.first + static_cast<std::int64_t>(i);
      bool right = true;
      for (std::size_t j = 0; j < rows[i].size(); ++j)
        right =
            right && rows[i][j] == 1000.0 * static_cast<double>(row) + first + step * static_cast<double>(j);
      if (right) ++seen[static_cast<std::size_t>(row)];
    }
    world_.sum(seen);
    for (std::size_t row = 0; row < seen.size(); ++row)
      ASSERT_EQ(seen[row], 1) << path << " " << reference << row;
  }

  Communicator world_ = Communicator::world();
  ScratchDirectory directory_;
};

TEST_F(ParallelRowReader, ReadsEachRowOnceOverAllRanksOfEachStorage) {
  for (const char* name : {"frame.h5", "frame_other.h5", "frame_fixed.h5"}) {
    expect_each_row_once(data(name), "E_*", 0, 4);
    expect_each_row_once(data(name), "PZ_*", 3, 4);
  }
  for (const char* name : {"fjet_pt", "fjet_eta", "fjet_big", "group/set", "group/wide"})
    expect_each_row_once(data("datasets.h5"), name, 0, 1);
  expect_each_row_once(data("compounds.h5"), "tracks.pt", 0, 1);
  expect_each_row_once(data("compounds.h5"), "jets.score", 0, 1);
  for (const char* name : {"stored.npz", "deflated.npz"}) expect_each_row_once(data(name), "X", 0, 1);
  expect_each_row_once(data("alone.npy"), "arr_0", 0, 1);
}

TEST_F(ParallelRowReader, OnlyRankZeroReadsWhatAllNeedToKnow) {
  if (world_.min(read_calls()) < 0) GTEST_SKIP() << "no /proc/self/io";
  for (const char* name : {"frame_other.h5", "datasets.h5", "deflated.npz"}) {
    const std::int64_t before = read_calls();
    FileColumns file(data(name), "", world_);
    file.together(world_, [&] { file.try_find("nothing"); });
    const std::int64_t calls = read_calls() - before;
    if (!world_.is_root()) {
      EXPECT_LT(calls, 10) << name;
    }
  }
}

TEST_F(ParallelRowReader, AllRanksLearnOfABadFile) {
  EXPECT_THROW(FileColumns(directory_.file("missing.npz"), "", world_), CollectiveError);
  for (const char* name : {"frame.h5", "stored.npz", "alone.npy"}) {
    const std::string path = directory_.file(name);
    world_.agree([&] {
      if (!world_.is_root()) return;
      std::filesystem::copy_file(data(name), path);
      std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    });
    EXPECT_THROW(FileColumns(path, "", world_), CollectiveError) << name;
  }
  FileColumns file(data("frame_gap.h5"), "", world_);
  EXPECT_THROW(file.together(world_, [&] { file.find("PX_*"); }), CollectiveError);
}

}  // namespace
}  // namespace jetrain
