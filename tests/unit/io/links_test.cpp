// Names that lead elsewhere: links, and the parts of virtual datasets.

#include "io/links.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "io/dataset.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using hdf5::Dataset;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class LinksTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("links.h5");

  /// A file with the numbers first, first + 1, ... as /x.
  void write_part(const std::string& name, float first, std::int64_t rows) const {
    const hdf5::Handle file = hdf5::create_file(folder_.file(name));
    std::vector<float> values(static_cast<std::size_t>(rows));
    std::iota(values.begin(), values.end(), first);
    Dataset::create<float>(file, "/x", {rows}).write_rows(0, values);
  }
  /// What is said where a dataset is looked for, and opened.
  std::string said_of(const std::string& dataset) const {
    return test::refusal_of<DataError>([&] {
      const hdf5::Handle file = hdf5::open_file(path_);
      if (hdf5::exists(file, dataset)) Dataset::open(file, dataset);
    });
  }
};

TEST_F(LinksTest, NameTheFileThatIsGone) {
  {
    const hdf5::Handle file = hdf5::create_file(path_);
    H5Lcreate_external("gone.h5", "/table/x", file, "/far", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("gone.h5", "/table", file, "/group", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_EQ(said_of("/far"),
            path_ +
                ":/far is a link to /table/x in the file gone.h5, which is not there: put it "
                "beside " +
                path_ + ", or let HDF5_EXT_PREFIX name its folder");
  EXPECT_THAT(said_of("/group/x"),
              HasSubstr(":/group is a link to /table in the file gone.h5, which is not there"));
}

TEST_F(LinksTest, NameTheObjectThatIsGone) {
  write_part("part.h5", 0, 4);
  {
    const hdf5::Handle file = hdf5::create_file(path_);
    H5Lcreate_external("part.h5", "/x", file, "/good", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("part.h5", "/y", file, "/far", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "/near", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_EQ(said_of("/good"), "");
  EXPECT_THAT(Dataset::open(hdf5::open_file(path_), "/good").read_rows<float>(1, 2), ElementsAre(1, 2));
  EXPECT_THAT(said_of("/far"), HasSubstr("is a link to /y in the file part.h5, which has no such object"));
  EXPECT_THAT(said_of("/near"),
              HasSubstr(":/near is a link to /nowhere in the same file, where there is nothing"));
}

class VirtualTest : public LinksTest {
 protected:
  /// Rows 0 to 3 from a.h5, 4 to 7 from b.h5, 8 to 11 from c.h5, of `rows`.
  void write_virtual(const std::string& source, hsize_t rows) const {
    const hdf5::Handle file = hdf5::create_file(path_);
    const hdf5::Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    const hsize_t size = 4;
    const hdf5::Handle whole(H5Screate_simple(1, &rows, nullptr), H5Sclose);
    const hdf5::Handle part(H5Screate_simple(1, &size, nullptr), H5Sclose);
    hsize_t first = 0;
    for (const char* name : {"a.h5", "b.h5", "c.h5"}) {
      H5Sselect_hyperslab(whole, H5S_SELECT_SET, &first, nullptr, &size, nullptr);
      H5Pset_virtual(creation, whole, name, source.c_str(), part);
      first += size;
    }
    Dataset::create(file, "/all", H5T_IEEE_F32LE, {static_cast<std::int64_t>(rows)}, creation);
  }
};

TEST_F(VirtualTest, ReadsItsParts) {
  write_part("a.h5", 0, 4);
  write_part("b.h5", 10, 4);
  write_part("c.h5", 20, 4);
  write_virtual("/x", 12);
  EXPECT_EQ(said_of("/all"), "");
  EXPECT_THAT(Dataset::open(hdf5::open_file(path_), "/all").read_rows<float>(3, 6),
              ElementsAre(3, 10, 11, 12, 13, 20));
}

TEST_F(VirtualTest, ListsThePartsThatAreGone) {
  write_part("b.h5", 10, 4);
  write_virtual("/x", 12);
  EXPECT_EQ(said_of("/all"),
            path_ +
                ":/all is put together from other files, of which 2 (a.h5, c.h5) are not there: "
                "put them beside " +
                path_ + ", or let HDF5_VDS_PREFIX name their folder");
}

TEST_F(VirtualTest, NamesAPartThatIsNotWhatItWas) {
  write_part("a.h5", 0, 4);
  write_part("b.h5", 10, 3);
  write_part("c.h5", 20, 4);
  write_virtual("/x", 12);
  EXPECT_THAT(said_of("/all"),
              AllOf(HasSubstr("takes 4 values of"), HasSubstr("b.h5:/x, which has the shape (3)")));
  write_virtual("/y", 12);
  EXPECT_THAT(said_of("/all"), AllOf(HasSubstr("a.h5 has no /y"), Not(HasSubstr("b.h5"))));
}

TEST_F(VirtualTest, SaysThatRowsAreInNoPart) {
  for (const char* name : {"a.h5", "b.h5", "c.h5"}) write_part(name, 0, 4);
  write_virtual("/x", 15);
  EXPECT_THAT(said_of("/all"), HasSubstr("which give 12 of its 15 values: the others are in none"));
}

}  // namespace
}  // namespace jetrain
