#include "layouts/reference_table_writer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "jetrain/error.hpp"
#include "table_file.hpp"

namespace jetrain {
namespace {

std::string temporary_path(const std::string& name) {
  return (std::filesystem::temp_directory_path() / (std::to_string(getpid()) + name)).string();
}

/// An attribute's raw bytes with its size, string set and kind of space in front.
herr_t collect(hid_t object, const char* name, const H5A_info_t*, void* data) {
  const hdf5::Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const hdf5::Handle type(H5Aget_type(attribute), H5Tclose);
  const hdf5::Handle space(H5Aget_space(attribute), H5Sclose);
  const H5S_class_t kind = H5Sget_simple_extent_type(space);
  std::string bytes(H5Tget_size(type), '\0');
  if (kind != H5S_NULL) H5Aread(attribute, type, bytes.data());
  const bool is_text = H5Tget_class(type) == H5T_STRING;
  std::string value;
  value.append(std::to_string(static_cast<int>(kind)))
      .append("/")
      .append(std::to_string(is_text ? static_cast<int>(H5Tget_cset(type)) : -1));
  value.append("/").append(kind == H5S_NULL ? std::string() : bytes);
  (*static_cast<std::map<std::string, std::string>*>(data))[name] = value;
  return 0;
}

std::map<std::string, std::string> attributes(const std::string& path, const std::string& object) {
  const hdf5::Handle file = hdf5::open_file(path);
  const hdf5::Handle opened(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose);
  std::map<std::string, std::string> found;
  H5Aiterate2(opened, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &found);
  return found;
}

class WriterWithCompression : public testing::TestWithParam<Compression> {};

TEST_P(WriterWithCompression, GivesBackWhatWasWritten) {
  const std::string path = temporary_path("_written.h5");
  test::write_table(path, 333, GetParam(), 80, Communicator::self());
  EXPECT_TRUE(test::holds_the_records(path, 333));
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(All, WriterWithCompression,
                         testing::Values(Compression::none, Compression::blosc, Compression::gzip));

TEST(ReferenceTableWriter, WritesTheAttributesOfPandas) {
  const std::string pandas = TEST_DATA_DIR "/pandas_blosc.h5";
  const std::string path = temporary_path("_attributes.h5");
  test::write_table(path, 200, Compression::blosc, 80, Communicator::self());
  for (const std::string object : {"/", "/table", "/table/table"}) {
    EXPECT_EQ(attributes(path, object), attributes(pandas, object)) << object;
  }
  std::filesystem::remove(path);
}

TEST(ReferenceTableWriter, HasTheTypeOfPandas) {
  const std::string path = temporary_path("_type.h5");
  test::write_table(path, 1, Compression::none, 40, Communicator::self());
  const auto type_of = [](const std::string& file_path) {
    const hdf5::Handle file = hdf5::open_file(file_path);
    const hdf5::Dataset dataset = hdf5::Dataset::open(file, "/table/table");
    return hdf5::Handle(H5Dget_type(dataset.id()), H5Tclose);
  };
  EXPECT_GT(H5Tequal(type_of(path), type_of(TEST_DATA_DIR "/pandas_plain.h5")), 0);
  std::filesystem::remove(path);
}

TEST(ReferenceTableWriter, NamesAFolderThatDoesNotExist) {
  const Communicator self = Communicator::self();
  EXPECT_THROW(ReferenceTableWriter("/no/such/folder/x.h5", 10, Compression::none, self), Error);
}

TEST(ReferenceTableWriter, RefusesAnUnknownCompression) {
  EXPECT_THROW(compression_from_name("zip"), UsageError);
}

}  // namespace
}  // namespace jetrain
