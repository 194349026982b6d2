#include "layouts/reference_table_writer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "table_file.hpp"

namespace jetrain {
namespace {

/// One name for all ranks.
std::string shared_path(const Communicator& comm) {
  return comm.broadcast(
      (std::filesystem::temp_directory_path() / (std::to_string(getpid()) + "_ranks.h5")).string());
}

// 30 rows leave all ranks but one empty; 130 rows end in half a chunk; windows of 40 rows take several
// rounds.
TEST(ReferenceTableWriter, WritesTheSameContentWithAnyNumberOfRanks) {
  const Communicator world = Communicator::world();
  const std::string path = shared_path(world);
  for (const Compression compression : {Compression::none, Compression::blosc, Compression::gzip}) {
    for (const std::int64_t rows : {30, 130, 1000}) {
      test::write_table(path, rows, compression, 40, world);
      EXPECT_TRUE(test::holds_the_records(path, rows)) << rows << " rows";
      world.barrier();
    }
  }
  if (world.is_root()) std::filesystem::remove(path);
}

// 60,000 chunks: see metadata_cache.hpp; HDF5 1.10.8 left to itself crashes or writes garbage here.
TEST(ReferenceTableWriter, WritesMoreChunksThanTheMetadataCacheHolds) {
  const Communicator world = Communicator::world();
  const std::string path = shared_path(world);
  const std::int64_t rows = 60000 * ReferenceTableWriter::kChunkRows;
  test::write_table(path, rows, Compression::blosc, 5120, world);
  for (std::int64_t first = 0; first + 40 <= rows; first += 99960) {
    EXPECT_TRUE(test::holds_the_records_from(path, first, 40)) << "from row " << first;
  }
  EXPECT_TRUE(test::holds_the_records_from(path, rows - 40, 40));
  world.barrier();
  if (world.is_root()) std::filesystem::remove(path);
}

TEST(ReferenceTableWriter, SharesOutWholeChunks) {
  const Communicator world = Communicator::world();
  const std::string path = shared_path(world);
  const std::int64_t rows = 1010;
  ReferenceTableWriter writer(path, rows, Compression::none, world);
  EXPECT_EQ(writer.range().first % ReferenceTableWriter::kChunkRows, 0);
  EXPECT_EQ(world.sum(writer.range().size()), rows);
  EXPECT_EQ(world.sum_before(writer.range().size()), writer.range().first);
  EXPECT_EQ(world.max(writer.range().size()), writer.longest_range());
  writer.close();
  world.barrier();
  if (world.is_root()) std::filesystem::remove(path);
}

}  // namespace
}  // namespace jetrain
