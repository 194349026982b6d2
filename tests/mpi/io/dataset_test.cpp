#include "io/dataset.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "io/new_file.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

class SharedDataset : public testing::Test {
 protected:
  ~SharedDataset() override {
    world_.barrier();
    if (world_.is_root()) std::filesystem::remove(path_);
  }

  Communicator world_ = Communicator::world();
  std::string path_ = world_.broadcast(
      (std::filesystem::temp_directory_path() / ("jetrain_dataset_" + std::to_string(getpid()))).string());
};

/// HDF5 refuses independent writes of filtered chunks through MPI-IO, so what succeeds here was collective.
TEST_F(SharedDataset, IsWrittenByAllRanksTogetherAlsoWhereOneHasNothing) {
  constexpr std::int64_t kRowsEach = 6;
  const std::int64_t rows = kRowsEach * world_.size();
  {
    hdf5::NewFile file(path_, world_);
    hdf5::Dataset dataset;
    world_.agree([&] {
      const hsize_t chunk[] = {4, 2};
      const hdf5::Handle creation = hdf5::unfilled_creation();
      hdf5::check(H5Pset_chunk(creation, 2, chunk), "chunks");
      hdf5::check(H5Pset_deflate(creation, 3), "gzip");
      dataset = hdf5::Dataset::create<std::int64_t>(file, "/group/rows", {rows, 2}, creation);
    });
    // The last rank writes the first rows, and the ranks have different numbers of turns' worth of rows.
    const std::int64_t first = (world_.size() - 1 - world_.rank()) * kRowsEach;
    for (std::int64_t turn = 0; turn < 2; ++turn) {
      const std::int64_t count = turn == 0 ? kRowsEach - world_.rank() % 2 : world_.rank() % 2;
      std::vector<std::int64_t> values;
      const std::int64_t begin = turn == 0 ? first : first + kRowsEach - count;
      for (std::int64_t row = begin; row < begin + count; ++row) values.insert(values.end(), {row, -row});
      dataset.write_rows(begin, values, world_);
    }
    dataset = hdf5::Dataset();
    file.complete();
  }
  const hdf5::Handle file = hdf5::open_file(path_, world_);
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/group/rows");
  const auto values = dataset.read_rows<std::int64_t>(0, rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    EXPECT_EQ(values[static_cast<std::size_t>(2 * row)], row);
    EXPECT_EQ(values[static_cast<std::size_t>(2 * row + 1)], -row);
  }
}

TEST_F(SharedDataset, EachRankReadsForItself) {
  if (world_.is_root()) {
    const hdf5::Handle file = hdf5::create_file(path_);
    hdf5::Dataset::create<float>(file, "/x", {3}).write_rows(0, std::vector<float>{1, 2, 3});
  }
  world_.barrier();
  const hdf5::Handle file = hdf5::open_file(path_, world_);
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/x");
  if (world_.is_root()) {
    EXPECT_EQ(dataset.read_rows<float>(1, 1), std::vector<float>{2});
  }
}

TEST_F(SharedDataset, AllRanksLearnOfAFailedWrite) {
  const hdf5::NewFile file(path_, world_);
  hdf5::Dataset dataset;
  world_.agree([&] { dataset = hdf5::Dataset::create<float>(file, "/x", {world_.size()}); });
  // Every rank's row stands outside: no rank waits in a collective that another one has left.
  EXPECT_THROW(dataset.write_rows(world_.size() + world_.rank(), std::vector<float>{1}, world_),
               CollectiveError);
}

}  // namespace
}  // namespace jetrain
