#include "io/new_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "file_limit.hpp"
#include "io/dataset.hpp"
#include "jetrain/error.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kRowsEach = 50000;

/// A folder of all ranks, looked at by rank 0.
class NewFile : public testing::Test {
 protected:
  NewFile() {
    if (world_.is_root()) folder_.emplace();
    path_ = world_.broadcast(world_.is_root() ? folder_->file("a.h5") : "");
  }
  ~NewFile() override { world_.barrier(); }

  hdf5::Dataset create(const hdf5::NewFile& file) const {
    hdf5::Dataset dataset;
    world_.agree([&] {
      dataset =
          hdf5::Dataset::create<float>(file, "x", {kRowsEach * world_.size()}, hdf5::unfilled_creation());
    });
    return dataset;
  }
  void write(hdf5::Dataset& dataset) const {
    const std::vector<float> values(kRowsEach, static_cast<float>(world_.rank()));
    dataset.write_rows(world_.rank() * kRowsEach, values, world_);
  }
  void make_whole_file() const {
    hdf5::NewFile file(path_, world_);
    {
      hdf5::Dataset dataset = create(file);
      write(dataset);
    }
    file.complete();
  }
  /// What all ranks are told where `action` meets a limit on rank `rank`.
  template <class Action>
  std::string refusal(int rank, rlim_t bytes, const Action& action) const {
    std::optional<test::FileLimit> limit;
    if (world_.rank() == rank) limit.emplace(bytes);
    try {
      action();
    } catch (const CollectiveError& error) {
      return error.what();
    }
    return "";
  }
  void expect_nothing_left() const {
    world_.barrier();
    if (world_.is_root()) {
      EXPECT_EQ(folder_->entries(), 0);
    }
    EXPECT_EQ(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_FILE), 0);
  }
  std::string told(int rank) const {
    return world_.size() == 1 ? "failed: File too large"
                              : "failed: File too large (rank " + std::to_string(rank) + " on ";
  }

  Communicator world_ = Communicator::world();
  std::optional<test::TemporaryFolder> folder_;
  std::string path_;
};

TEST_F(NewFile, AppearsWhole) {
  make_whole_file();
  if (!world_.is_root()) return;
  EXPECT_EQ(folder_->entries(), 1);
  const hdf5::Handle file = hdf5::open_file(path_);
  const auto values = hdf5::Dataset::open(file, "x").read_rows<float>(0, kRowsEach * world_.size());
  for (int rank = 0; rank < world_.size(); ++rank)
    EXPECT_EQ(values[static_cast<std::size_t>((rank + 1) * kRowsEach - 1)], static_cast<float>(rank));
}

TEST_F(NewFile, IsGoneWhereItWasNotCompleted) {
  {
    const hdf5::NewFile file(path_, world_);
    hdf5::Dataset dataset = create(file);
    write(dataset);
  }
  expect_nothing_left();
}

// The limits stand below the rank's rows; what HDF5 writes besides stands below the first rows, on any rank.
TEST_F(NewFile, AllRanksLearnOfAWriteThatFailedOnOneAndWhy) {
  for (int rank = 0; rank < world_.size(); ++rank) {
    {
      const hdf5::NewFile file(path_, world_);
      hdf5::Dataset dataset = create(file);
      const std::string message = refusal(rank, 10000, [&] { write(dataset); });
      EXPECT_THAT(message, HasSubstr("a.h5.writing:x " + told(rank)));
    }
    expect_nothing_left();
  }
}

TEST_F(NewFile, AllRanksLearnOfAnEndThatCouldNotBeWritten) {
  {
    hdf5::NewFile file(path_, world_);
    {
      hdf5::Dataset dataset = create(file);
      write(dataset);
    }
    const std::string message = refusal(0, 0, [&] { file.complete(); });
    EXPECT_THAT(message, HasSubstr("a.h5.writing " + told(0)));
  }
  expect_nothing_left();
}

TEST_F(NewFile, AFailedOneLeavesThatOfBeforeAndAnotherCanBeMade) {
  make_whole_file();
  const std::string before = world_.is_root() ? test::content_of(path_) : "";
  const std::string message = refusal(world_.size() - 1, 10000, [&] { make_whole_file(); });
  EXPECT_THAT(message, HasSubstr(told(world_.size() - 1)));
  world_.barrier();
  if (world_.is_root()) {
    EXPECT_EQ(test::content_of(path_), before);
    EXPECT_EQ(folder_->entries(), 1);
  }
  make_whole_file();
}

TEST_F(NewFile, ARankThatMayOpenNoMoreFilesIsNamed) {
  const int rank = world_.size() - 1;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{3, before.rlim_max};
  if (world_.rank() == rank) setrlimit(RLIMIT_NOFILE, &none);
  std::string message;
  try {
    const hdf5::NewFile file(path_, world_);
  } catch (const CollectiveError& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(message, HasSubstr("a.h5: Too many open files"));
  if (rank > 0) {
    EXPECT_THAT(message, HasSubstr("(rank " + std::to_string(rank) + " on "));
  }
  expect_nothing_left();
}

TEST_F(NewFile, IsRefusedWhereAnotherJobWritesIt) {
  std::optional<PendingFile> other;
  if (world_.is_root()) other.emplace(path_, true).claim();
  world_.barrier();
  EXPECT_THROW(const hdf5::NewFile file(path_, world_), CollectiveError);
}

}  // namespace
}  // namespace jetrain
