#include "layouts/jet_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "jet_table_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

using testing_support::momentum_at;
using testing_support::ScratchDirectory;
using testing_support::write_jet_table;

/// A directory that all ranks share, filled by rank 0.
class ParallelJetSource : public testing::Test {
 protected:
  ParallelJetSource() : directory_(world_.broadcast(std::to_string(getpid()))) {}
  ~ParallelJetSource() override { world_.barrier(); }

  std::string write(const std::string& name, const testing_support::TableOptions& options) {
    const std::string path = directory_.file(name);
    world_.agree([&] {
      if (world_.is_root()) write_jet_table(path, options);
    });
    return path;
  }

  void expect_each_row_once(const JetSource& source, RowRange all) {
    std::vector<std::int64_t> seen(static_cast<std::size_t>(source.rows()), 0);
    source.read(
        source.slice(all, world_.rank(), world_.size()),
        [&](std::int64_t, const JetBlock& block) {
          for (std::int64_t i = 0; i < block.rows; ++i) {
            const std::int64_t row = block.first_row + i;
            // Rows of different blocks are different entries: no two threads meet.
            std::vector<float> room;
            if (block.constituents(i, room)[5] == momentum_at(row, 5)) ++seen[static_cast<std::size_t>(row)];
          }
        },
        [](std::int64_t) {});
    world_.sum(seen);
    for (std::int64_t row = 0; row < source.rows(); ++row) {
      ASSERT_EQ(seen[static_cast<std::size_t>(row)], row >= all.first && row < all.last ? 1 : 0) << row;
    }
  }

  Communicator world_ = Communicator::world();
  ScratchDirectory directory_;
};

TEST_F(ParallelJetSource, ReadsEachRowOnceOverAllRanks) {
  const JetSource source({write("blosc.h5", {.rows = 203, .blosc = true})}, world_);
  expect_each_row_once(source, {0, 203});
  expect_each_row_once(source, {13, 180});
}

TEST_F(ParallelJetSource, ReadsSeveralFilesOfDifferentStorage) {
  const JetSource source({write("a.h5", {.rows = 40, .chunk_rows = 8, .gzip = true}),
                          write("b.h5", {.rows = 61, .chunk_rows = 0, .first_index = 40}),
                          write("c.h5", {.rows = 30, .chunk_rows = 7, .blosc = true, .first_index = 101})},
                         world_);
  expect_each_row_once(source, {0, 131});
  expect_each_row_once(source, {39, 102});
}

TEST_F(ParallelJetSource, GivesEmptySlicesWhereRanksOutnumberChunks) {
  const JetSource source({write("two.h5", {.rows = 10, .chunk_rows = 8, .blosc = true})}, world_);
  expect_each_row_once(source, {0, 10});
  expect_each_row_once(source, {4, 5});
}

/// Calls that read something, by this process so far; -1 where the kernel does not count them.
std::int64_t read_calls() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  for (std::int64_t count = 0; counters >> name >> count;) {
    if (name == "syscr:") return count;
  }
  return -1;
}

TEST_F(ParallelJetSource, OnlyRankZeroReadsWhatAllNeedToKnow) {
  // Two rows a chunk: an index of about forty nodes, which nobody needs as a whole.
  const std::string path = write("many_chunks.h5", {.rows = 3000, .chunk_rows = 2, .gzip = true});
  const std::int64_t before = read_calls();
  if (world_.min(before) < 0) GTEST_SKIP() << "no /proc/self/io";
  const JetSource source({path}, world_);
  const std::int64_t calls = read_calls() - before;
  EXPECT_LT(calls, world_.is_root() ? 40 : 10);
  EXPECT_GT(source.layouts()[0].arrays.at(0).stored_bytes, 0);
}

TEST_F(ParallelJetSource, AllRanksLearnOfABadFile) {
  EXPECT_THROW(JetSource({write("empty.h5", {.rows = 0})}, world_), CollectiveError);
  EXPECT_THROW(JetSource({directory_.file("missing.h5")}, world_), CollectiveError);
  const std::string path = write("cut.h5", {.blosc = true});
  world_.agree([&] {
    if (world_.is_root()) std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  });
  EXPECT_THROW(JetSource({path}, world_), CollectiveError);
}

TEST_F(ParallelJetSource, OneRanksReadErrorReachesAllThroughAgree) {
  const JetSource source({write("table.h5", {.rows = 64, .blosc = true})}, world_);
  EXPECT_THROW(world_.agree([&] {
    source.read(
        source.slice({0, 64}, world_.rank(), world_.size()),
        [](std::int64_t, const JetBlock& block) {
          if (block.first_row == 0) throw DataError("row 0 is bad");
        },
        [](std::int64_t) {});
  }),
               CollectiveError);
}

}  // namespace
}  // namespace jetrain
