#include "io/reading_driver.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <numeric>

#include "io/dataset.hpp"

namespace jetrain {
namespace {

/// A file that rank 0 wrote.
class SharedReading : public testing::Test {
 protected:
  static constexpr std::int64_t kRows = 3000;
  Communicator world_ = Communicator::world();
  std::string path_ = world_.broadcast(
      (std::filesystem::temp_directory_path() / ("jetrain_reading_" + std::to_string(getpid()))).string());
  std::vector<std::int64_t> values_ = std::vector<std::int64_t>(kRows);

  SharedReading() {
    std::iota(values_.begin(), values_.end(), 0);
    if (world_.is_root()) {
      const hdf5::Handle file = hdf5::create_file(path_);
      const hsize_t chunk = 64;
      const hdf5::Handle creation = hdf5::untimed_creation();
      H5Pset_chunk(creation, 1, &chunk);
      hdf5::Dataset::create<std::int64_t>(file, "/group/rows", {kRows}, creation).write_rows(0, values_);
    }
    world_.barrier();
  }
  ~SharedReading() override {
    world_.barrier();
    if (world_.is_root()) std::filesystem::remove(path_);
  }

  void cut_the_file(std::uintmax_t bytes) const {
    world_.barrier();
    if (world_.is_root()) std::filesystem::resize_file(path_, bytes);
    world_.barrier();
  }
};

TEST_F(SharedReading, GivesAllRanksWhatRankZeroReads) {
  const hdf5::Handle file = hdf5::open_file(path_, world_);
  {
    const hdf5::SharedReads shared(file, world_);
    const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/group/rows");
    EXPECT_EQ(dataset.read_rows<std::int64_t>(10, 200),
              std::vector<std::int64_t>(values_.begin() + 10, values_.begin() + 210));
  }
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/group/rows");
  for (int row = world_.rank(); row < kRows; row += world_.size())  // each for itself, and not equally often
    ASSERT_EQ(dataset.read_rows<std::int64_t>(row, 1)[0], row);
}

TEST_F(SharedReading, FailsOnAllRanksAlike) {
  const hdf5::Handle file = hdf5::open_file(path_, world_);
  cut_the_file(100);
  const hdf5::SharedReads shared(file, world_);
  EXPECT_THROW(hdf5::Dataset::open(file, "/group/rows"), ReadError);
}

TEST_F(SharedReading, IsRefusedByAllWhereOneRankCannotOpenTheFile) {
  const std::string own = world_.rank() == world_.size() - 1 ? path_ + ".elsewhere" : path_;
  try {
    hdf5::open_file(own, world_);
    FAIL() << "it was opened";
  } catch (const CollectiveError& error) {
    EXPECT_NE(std::string(error.what()).find(".elsewhere: No such file"), std::string::npos) << error.what();
  }
}

TEST_F(SharedReading, StopsTheRanksWhoseOwnReadsFail) {
  const hdf5::Handle file = hdf5::open_file(path_, world_);
  const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/group/rows");
  cut_the_file(kRows * 4);
  EXPECT_THROW(world_.agree([&] {
    if (world_.rank() == world_.size() - 1) dataset.read_rows<std::int64_t>(kRows - 10, 10);
  }),
               CollectiveError);
}

}  // namespace
}  // namespace jetrain
