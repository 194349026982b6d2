#include "io/zip_archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class ZipArchive : public testing::Test {
 protected:
  std::string write(const std::string& bytes) {
    const std::string path = folder_.file("a.npz");
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string refusal(const std::string& path) {
    return test::refusal_of<DataError>([&] { unzip(path); });
  }

  test::TemporaryFolder folder_;
  const std::string good_ = zip_bytes({{"a/kernel.npy", "content of a"}, {"b.npy", std::string(1000, 'b')}});
};

TEST_F(ZipArchive, GivesBackItsMembers) {
  EXPECT_THAT(unzip(write(good_)), UnorderedElementsAre(Pair("a/kernel.npy", "content of a"),
                                                        Pair("b.npy", std::string(1000, 'b'))));
  EXPECT_THAT(unzip(write(zip_bytes({{"empty", ""}}))), UnorderedElementsAre(Pair("empty", "")));
}

TEST_F(ZipArchive, HasNoTimeInIt) {
  // Hours, minutes and seconds 0; then the first of January 1980.
  EXPECT_EQ(good_.substr(10, 4), std::string("\x00\x00\x21\x00", 4));
}

TEST_F(ZipArchive, RefusesWhatIsNone) {
  EXPECT_THAT(refusal(folder_.file("missing.npz")), HasSubstr("cannot read " + folder_.file("missing.npz")));
  EXPECT_THAT(refusal(write("no archive")), HasSubstr("a.npz is not a .npz file, or damaged"));
  EXPECT_THAT(refusal(write(good_.substr(0, good_.size() / 2))), HasSubstr("not a .npz file, or damaged"));
}

TEST_F(ZipArchive, ComparesChecksums) {
  std::string bad = good_;
  bad[bad.find("content of a")] = 'C';
  EXPECT_THAT(refusal(write(bad)), HasSubstr("a/kernel.npy: CRC error"));
}

TEST_F(ZipArchive, RefusesSizesThatCannotBe) {
  // b.npy says, in its header and in the directory, that it is compressed, and 4 GB.
  std::string bad = good_;
  const std::size_t header = bad.find("b.npy") - 30;
  const std::size_t entry = bad.rfind("b.npy") - 46;
  for (const auto& [method, size] : {std::pair(header + 8, header + 22), std::pair(entry + 10, entry + 24)}) {
    bad[method] = 8;
    for (std::size_t i = 0; i < 4; ++i) bad[size + i] = static_cast<char>(0xF0);
  }
  EXPECT_THAT(refusal(write(bad)), HasSubstr("a member's size is impossible"));
}

}  // namespace
}  // namespace jetrain
