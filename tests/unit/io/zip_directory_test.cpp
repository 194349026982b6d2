#include "io/zip_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "io/deflate_stream.hpp"
#include "jetrain/error.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace jetrain {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

class ZipDirectory : public testing::Test {
 protected:
  static std::string file(const char* name) {
    return test::content_of(std::string(TEST_DATA_DIR) + "/layouts/" + name);
  }
  static ReadBytes reader(const std::string& bytes) {
    return [bytes](std::int64_t offset, std::span<std::byte> to) {
      ASSERT_LE(static_cast<std::size_t>(offset) + to.size(), bytes.size());
      if (!to.empty()) std::memcpy(to.data(), bytes.data() + offset, to.size());
    };
  }
  static std::vector<ZipMember> members(const std::string& bytes) {
    return zip_members("a.npz", static_cast<std::int64_t>(bytes.size()), reader(bytes));
  }
  static std::string refusal(const std::string& bytes) {
    return test::refusal_of<DataError>([&] { members(bytes); });
  }
};

TEST_F(ZipDirectory, FindsTheMembersOfNumPysArchives) {
  const std::string stored = file("stored.npz");
  const std::vector<ZipMember> found = members(stored);
  EXPECT_THAT(found, ElementsAre(Field(&ZipMember::name, "X.npy"), Field(&ZipMember::name, "y.npy"),
                                 Field(&ZipMember::name, "big.npy"), Field(&ZipMember::name, "flags.npy")));
  for (const ZipMember& member : found) {
    EXPECT_FALSE(member.deflated);
    EXPECT_EQ(stored.substr(static_cast<std::size_t>(member.offset), 6), "\x93NUMPY") << member.name;
  }
  EXPECT_TRUE(members(file("deflated.npz"))[0].deflated);
}

TEST_F(ZipDirectory, FindsTheEndBeforeAComment) {
  std::string bytes = file("stored.npz") + "made on a Friday";
  bytes[bytes.size() - 16 - 2] = 16;  // the comment's length
  EXPECT_EQ(members(bytes).size(), 4U);
}

TEST_F(ZipDirectory, RefusesAnArchiveThatIsCutOff) {
  const std::string bytes = file("stored.npz");
  for (std::size_t length = 0; length < bytes.size(); length += 7)
    EXPECT_THAT(refusal(bytes.substr(0, length)), HasSubstr("a.npz is cut off or damaged")) << length;
}

/// What the fields of a wide directory are, Python's zipfile writes from 4 GB on only: here of a small
/// archive.
TEST_F(ZipDirectory, ReadsZip64sFields) {
  const std::string bytes = file("stored.npz");
  const std::size_t directory = bytes.find("PK\x01\x02");
  const std::size_t end = bytes.rfind("PK\x05\x06");
  ASSERT_NE(directory, std::string::npos);
  const auto number = [](std::uint64_t value, int width) {
    std::string text;
    for (int i = 0; i < width; ++i) text += static_cast<char>(value >> 8 * i);
    return text;
  };
  const auto at = [&](std::size_t place, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(bytes[place + i])} << 8 * i;
    return value;
  };
  // The first entry alone, with all three fields in its extra field.
  std::string entry = bytes.substr(directory, 46 + 5);
  ASSERT_EQ(entry.substr(46), "X.npy");
  const std::string extra = number(1, 2) + number(24, 2) + number(at(directory + 24, 4), 8) +
                            number(at(directory + 20, 4), 8) + number(at(directory + 42, 4), 8);
  for (const std::size_t place : {20U, 24U, 42U}) entry.replace(place, 4, "\xff\xff\xff\xff");
  entry.replace(30, 4, number(extra.size(), 2) + number(0, 2));
  entry += extra;
  std::string wide = bytes.substr(0, directory) + entry;
  wide += "PK\x06\x06" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) + number(1, 8) +
          number(1, 8) + number(entry.size(), 8) + number(directory, 8);
  wide += "PK\x06\x07" + number(0, 4) + number(directory + entry.size(), 8) + number(1, 4);
  wide += bytes.substr(end, 8) + std::string(12, '\xff') + number(0, 2);
  const std::vector<ZipMember> found = members(wide);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].offset, members(bytes)[0].offset);
  EXPECT_EQ(found[0].content_bytes, members(bytes)[0].content_bytes);
}

TEST_F(ZipDirectory, RefusesSizesThatCannotBe) {
  std::string bytes = file("stored.npz");
  bytes[bytes.find("PK\x01\x02") + 24] ^= 1;
  EXPECT_THAT(refusal(bytes), HasSubstr("X.npy has an impossible size"));
}

TEST_F(ZipDirectory, GivesADeflatedMembersContentFromAnyPlaceOn) {
  const std::string bytes = file("deflated.npz");
  const ZipMember member = members(bytes)[0];
  std::string whole(static_cast<std::size_t>(member.content_bytes), '\0');
  DeflateStream(member, "X", reader(bytes)).read(0, std::as_writable_bytes(std::span(whole)));
  EXPECT_EQ(whole.substr(0, 6), "\x93NUMPY");
  DeflateStream stream(member, "X", reader(bytes));
  for (const std::size_t place : {100U, 101U, 700U, 1500U}) {
    std::string piece(57, '\0');
    if (static_cast<std::int64_t>(place) < stream.position()) continue;
    stream.read(static_cast<std::int64_t>(place), std::as_writable_bytes(std::span(piece)));
    EXPECT_EQ(piece, whole.substr(place, 57)) << place;
  }
}

}  // namespace
}  // namespace jetrain
