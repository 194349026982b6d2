#include "io/file_kind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "io/hdf5.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What is said of a file with these first bytes, in opening it as HDF5.
std::string said_of(const std::string& bytes) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a.h5");
  std::ofstream(path, std::ios::binary) << bytes;
  try {
    hdf5::open_file(path);
  } catch (const DataError& error) {
    const std::string text = error.what();
    const std::string begin = path + " is not an HDF5 file: ";
    EXPECT_TRUE(text.starts_with(begin)) << text;
    return text.substr(std::min(begin.size(), text.size()));
  }
  return "";
}

/// The same where others follow that mean nothing.
std::string said_of_start(std::string_view start) {
  std::string bytes(1000, '\x7');
  std::copy(start.begin(), start.end(), bytes.begin());
  return said_of(bytes);
}

TEST(OpeningAFile, PassesOnWhatHdf5SaysOfIt) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("a.h5");
  hdf5::create_file(path);
  const std::string whole = test::content_of(path);
  const auto said = [&](const std::string& bytes) -> std::string {
    std::ofstream(path, std::ios::binary) << bytes;
    return test::refusal_of<DataError>([&] { hdf5::open_file(path); });
  };
  EXPECT_EQ(said(whole), "");
  EXPECT_THAT(said(whole.substr(0, whole.size() - 10)),
              AllOf(HasSubstr(path + " cannot be opened (HDF5: truncated file"),
                    HasSubstr("it was cut off, copy it again")));
  std::string newer = whole;
  newer[8] = 9;
  EXPECT_THAT(said(newer), AllOf(HasSubstr("version"), HasSubstr("it may be of a newer HDF5"),
                                 Not(HasSubstr("copy it again"))));
}

TEST(FileKind, IsToldByTheFirstBytes) {
  EXPECT_EQ(said_of_start("root"), "it is a ROOT file");
  EXPECT_THAT(said_of_start("PK\x03\x04"), HasSubstr(".npz"));
  EXPECT_THAT(said_of_start("\x93NUMPY"), HasSubstr("NumPy"));
  EXPECT_EQ(said_of_start("PAR1"), "it is a Parquet file");
  EXPECT_THAT(said_of_start("\x1f\x8b"), HasSubstr("gunzip it"));
  EXPECT_THAT(said_of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
              HasSubstr("git lfs pull"));
  EXPECT_THAT(said_of_start("\n<!DOCTYPE HTML>\n<html>"), HasSubstr("it is an HTML page"));
  EXPECT_THAT(said_of_start(std::string(257, 'x').append("ustar")), HasSubstr("it is a tar archive"));
  EXPECT_THAT(said_of("E_0,PX_0\n1.5,2.5\n"), HasSubstr("it is a text"));
  EXPECT_THAT(said_of(std::string(2000, '\0')), HasSubstr("it begins with zeros"));
  EXPECT_EQ(said_of(""), "it is empty");
  EXPECT_THAT(said_of_start(""), HasSubstr("it has no HDF5 signature"));
}

}  // namespace
}  // namespace jetrain
