#include "io/hdf5_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::HasSubstr;

void write_sample(const std::string& path, hdf5::Seal seal) {
  hdf5::write_file(path, seal, [](hid_t file) {
    hdf5::write_text(file, "/a/text", "two\nlines");
    const std::vector<double> values{1.0, 0.1, -3e300};
    hdf5::write_array(file, "/a/values", {3}, values.data());
    const std::vector<float> weights{1.0F, 2.0F, 3.0F, 4.0F};
    hdf5::write_array(file, "/weights", {2, 2}, weights.data());
  });
}

std::string refusal(const std::string& path) {
  return test::refusal_of<DataError>([&] { hdf5::check_seal(path); });
}

void write_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST(Hdf5File, GivesBackWhatWasWritten) {
  const test::TemporaryFolder folder;
  for (const hdf5::Seal seal : {hdf5::Seal::none, hdf5::Seal::checksum}) {
    write_sample(folder.file("a.h5"), seal);
    const hdf5::Handle file = hdf5::open_file(folder.file("a.h5"));
    EXPECT_EQ(hdf5::read_text(file, "/a/text"), "two\nlines");
    std::vector<double> values(3);
    hdf5::read_array(file, "/a/values", {3}, values.data());
    EXPECT_EQ(values, (std::vector<double>{1.0, 0.1, -3e300}));
    std::vector<float> weights(4);
    hdf5::read_array(file, "/weights", {2, 2}, weights.data());
    EXPECT_EQ(weights, (std::vector<float>{1, 2, 3, 4}));
    EXPECT_THROW(hdf5::read_array(file, "/weights", {4}, weights.data()), DataError);
  }
  EXPECT_EQ(folder.entries(), 1);
}

TEST(Hdf5File, SealHoldsForAGoodFile) {
  const test::TemporaryFolder folder;
  write_sample(folder.file("a.h5"), hdf5::Seal::checksum);
  EXPECT_EQ(refusal(folder.file("a.h5")), "");
}

TEST(Hdf5File, SealFindsEveryFlippedBit) {
  const test::TemporaryFolder folder;
  write_sample(folder.file("a.h5"), hdf5::Seal::checksum);
  const std::string good = test::content_of(folder.file("a.h5"));
  for (std::size_t at = 0; at < good.size(); at += at + 100 < good.size() ? 37 : 1) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    write_content(folder.file("bad.h5"), bad);
    EXPECT_THAT(refusal(folder.file("bad.h5")), HasSubstr("bad.h5 is damaged")) << at;
  }
}

TEST(Hdf5File, SealFindsAMissingEnd) {
  const test::TemporaryFolder folder;
  write_sample(folder.file("a.h5"), hdf5::Seal::checksum);
  const std::string good = test::content_of(folder.file("a.h5"));
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, good.size() / 2, good.size() - 60, good.size() - 1}) {
    write_content(folder.file("bad.h5"), good.substr(0, length));
    EXPECT_THAT(refusal(folder.file("bad.h5")), HasSubstr("cut off")) << length;
  }
}

TEST(Hdf5File, SealIsMissedWhereThereIsNone) {
  const test::TemporaryFolder folder;
  write_sample(folder.file("a.h5"), hdf5::Seal::none);
  EXPECT_THAT(refusal(folder.file("a.h5")), HasSubstr("damaged"));
  EXPECT_THAT(refusal(folder.file("nothing.h5")), HasSubstr("No such file"));
}

}  // namespace
}  // namespace jetrain
