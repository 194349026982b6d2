#include "io/dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <numeric>

#include "io/blosc_filter.hpp"
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

/// 0, 1, 2, ...
template <class T>
std::vector<T> counted(std::int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), T{0});
  return values;
}

class DatasetTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("a.h5");
  hdf5::Handle file_ = hdf5::create_file(path_);

  hdf5::Handle chunked(std::vector<hsize_t> chunk) {
    hdf5::Handle creation = hdf5::untimed_creation();
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    return creation;
  }
};

TEST_F(DatasetTest, GivesBackRowsOfAnyNumberOfDimensions) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{12}, std::vector<std::int64_t>{12, 5},
        std::vector<std::int64_t>{12, 2, 3, 4}}) {
    const std::string name = "/of_" + std::to_string(shape.size());
    const std::int64_t size =
        std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
    const auto values = counted<float>(12 * size);
    {
      Dataset dataset = Dataset::create<float>(file_, name, shape);
      dataset.write_rows(4, std::span(values).subspan(static_cast<std::size_t>(4 * size)));
      dataset.write_rows(0, std::span(values).first(static_cast<std::size_t>(4 * size)));
    }
    const Dataset dataset = Dataset::open(file_, name);
    EXPECT_EQ(dataset.shape(), shape);
    EXPECT_EQ(dataset.row_size(), size);
    EXPECT_EQ(dataset.read_rows<float>(0, 12), values);
    const auto part = dataset.read_rows<float>(3, 2);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), values.begin() + static_cast<std::ptrdiff_t>(3 * size)));
    EXPECT_EQ(std::ssize(part), 2 * size);
    EXPECT_TRUE(dataset.read_rows<float>(7, 0).empty());
  }
}

template <class T>
void expect_back(hid_t file, hdf5::Elements kind) {
  const std::string name = "/" + std::to_string(sizeof(T)) + (std::is_signed_v<T> ? "s" : "u") +
                           (std::is_floating_point_v<T> ? "f" : "i");
  const std::vector<T> values{T{0}, T{1}, std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()};
  Dataset::create<T>(file, name, {4}).write_rows(0, values);
  const Dataset dataset = Dataset::open(file, name);
  EXPECT_EQ(dataset.read_rows<T>(0, 4), values) << name;
  EXPECT_EQ(dataset.elements(), kind) << name;
}

TEST_F(DatasetTest, HoldsEveryNumberType) {
  expect_back<float>(file_, hdf5::Elements::reals);
  expect_back<double>(file_, hdf5::Elements::reals);
  expect_back<std::int8_t>(file_, hdf5::Elements::integers);
  expect_back<std::uint8_t>(file_, hdf5::Elements::integers);
  expect_back<std::int16_t>(file_, hdf5::Elements::integers);
  expect_back<std::uint16_t>(file_, hdf5::Elements::integers);
  expect_back<std::int32_t>(file_, hdf5::Elements::integers);
  expect_back<std::uint32_t>(file_, hdf5::Elements::integers);
  expect_back<std::int64_t>(file_, hdf5::Elements::integers);
  expect_back<std::uint64_t>(file_, hdf5::Elements::integers);
}

TEST_F(DatasetTest, ConvertsTheFilesNumbers) {
  Dataset big_endian = Dataset::create(file_, "/be", H5T_STD_I16BE, {3});
  big_endian.write_rows(0, std::vector<double>{-2, 0, 300});
  EXPECT_THAT(big_endian.read_rows<float>(0, 3), ElementsAre(-2.0F, 0.0F, 300.0F));
  EXPECT_THAT(big_endian.read_rows<std::int64_t>(1, 2), ElementsAre(0, 300));
}

TEST_F(DatasetTest, ReadsOneColumn) {
  Dataset pairs = Dataset::create<double>(file_, "/pairs", {3, 2});
  pairs.write_rows(0, counted<double>(6));
  EXPECT_THAT(pairs.read_column<float>(0), ElementsAre(0, 2, 4));
  EXPECT_THAT(pairs.read_column<float>(1), ElementsAre(1, 3, 5));
  EXPECT_THROW(pairs.read_column<float>(2), std::logic_error);
  Dataset line = Dataset::create<double>(file_, "/line", {3});
  line.write_rows(0, counted<double>(3));
  EXPECT_THAT(line.read_column<float>(0), ElementsAre(0, 1, 2));
}

TEST_F(DatasetTest, SaysHowItIsStored) {
  const hdf5::Handle gzip = chunked({10, 3});
  H5Pset_shuffle(gzip);
  H5Pset_deflate(gzip, 4);
  Dataset packed = Dataset::create<float>(file_, "/packed", {25, 3}, gzip);
  packed.write_rows(0, counted<float>(75));
  EXPECT_EQ(packed.filters(), "shuffle + gzip level 4");
  EXPECT_EQ(packed.chunk_rows(), 10);
  EXPECT_EQ(packed.read_rows<float>(8, 5), [] {
    const auto all = counted<float>(75);
    return std::vector<float>(all.begin() + 24, all.begin() + 39);
  }());
  const Dataset plain = Dataset::create<float>(file_, "/plain", {25, 3});
  EXPECT_EQ(plain.filters(), "none");
  EXPECT_EQ(plain.chunk_rows(), 0);
}

TEST_F(DatasetTest, GivesChunksAsTheyStandInTheFile) {
  Dataset dataset = Dataset::create<std::uint8_t>(file_, "/chunks", {10}, chunked({4}));
  dataset.write_rows(0, counted<std::uint8_t>(8));
  hdf5::StoredChunk chunk;
  dataset.read_chunk(std::array<std::int64_t, 1>{4}, chunk);
  EXPECT_THAT(chunk.bytes, ElementsAre(std::byte{4}, std::byte{5}, std::byte{6}, std::byte{7}));
  EXPECT_EQ(chunk.filter_mask, 0U);
  EXPECT_THAT(test::refusal_of<DataError>([&] { dataset.read_chunk(std::array<std::int64_t, 1>{8}, chunk); }),
              HasSubstr("rows 8 to 9 of " + path_ + ":/chunks were never written"));
}

TEST_F(DatasetTest, SaysThatItWasNotWholyWritten) {
  const auto why = [](const Dataset& dataset) {
    return test::refusal_of<DataError>([&] { dataset.require_written(); });
  };
  Dataset parts = Dataset::create<float>(file_, "/parts", {25, 3}, chunked({10, 2}));
  EXPECT_EQ(why(parts), path_ + ":/parts was never written: write the file again");
  parts.write_rows(0, counted<float>(30));
  EXPECT_THAT(why(parts), HasSubstr(":/parts was not wholly (2 of 6 chunks) written"));
  parts.write_rows(10, counted<float>(45));
  EXPECT_EQ(why(parts), "");
  Dataset plain = Dataset::create<float>(file_, "/plain", {25});
  EXPECT_THAT(why(plain), HasSubstr(":/plain was never written"));
  plain.write_rows(0, counted<float>(25));
  EXPECT_EQ(why(plain), "");
  EXPECT_EQ(why(Dataset::create<float>(file_, "/none", {0, 3})), "");
}

TEST_F(DatasetTest, CanBeCut) {
  Dataset dataset = Dataset::create<float>(file_, "/long", {10}, chunked({4}));
  dataset.write_rows(0, counted<float>(10));
  dataset.cut(3);
  EXPECT_EQ(dataset.rows(), 3);
  EXPECT_THAT(Dataset::open(file_, "/long").read_rows<float>(0, 3), ElementsAre(0, 1, 2));
}

TEST_F(DatasetTest, ReachesRowsBeyond32Bits) {
  // Nothing is stored but one chunk: its place is what matters.
  constexpr std::int64_t kFar = std::int64_t{5} << 30;
  Dataset dataset = Dataset::create<std::uint8_t>(file_, "/far", {kFar + 10, 2}, chunked({1024, 2}));
  dataset.write_rows(kFar, counted<std::uint8_t>(6));
  EXPECT_THAT(dataset.read_rows<std::uint8_t>(kFar + 1, 3), ElementsAre(2, 3, 4, 5, 0, 0));
  EXPECT_LT(dataset.stored_bytes(), 10000);
}

TEST_F(DatasetTest, NamesFileDatasetAndRowsOfAFailedReading) {
  Dataset dataset = Dataset::create<float>(file_, "/short", {4});
  dataset.write_rows(0, counted<float>(4));
  EXPECT_THAT(test::refusal_of<DataError>([&] { dataset.read_rows<float>(3, 2); }),
              AllOf(HasSubstr("cannot read rows 3 to 4 of " + path_ + ":/short (HDF5: "),
                    Not(HasSubstr("no details")), Not(HasSubstr("damaged"))));
  EXPECT_THAT(
      test::refusal_of<DataError>([&] { Dataset::open(file_, "/other"); }),
      AllOf(HasSubstr(path_ + ":/other is no dataset, or cannot be opened"), Not(HasSubstr("no details"))));
  EXPECT_THAT(test::refusal_of<DataError>([&] { dataset.write_rows(3, counted<float>(2)); }),
              HasSubstr("writing rows 3 to 4 of " + path_ + ":/short"));
}

TEST_F(DatasetTest, SaysWhichFilterIsMissingAndWhatHelps) {
  constexpr H5Z_filter_t kBlosc2 = 32026;
  const hdf5::Handle creation = chunked({4});
  H5Pset_filter(creation, kBlosc2, H5Z_FLAG_OPTIONAL, 0, nullptr);
  const Dataset dataset = Dataset::create<float>(file_, "/small", {4}, creation);
  const hsize_t first = 0;
  const std::vector<char> stored(16);
  ASSERT_GE(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &first, stored.size(), stored.data()), 0);
  EXPECT_EQ(dataset.filters(), "filter 32026 (blosc2)");
  EXPECT_THAT(test::refusal_of<DataError>([&] { dataset.read_rows<float>(0, 4); }),
              AllOf(HasSubstr("cannot read rows 0 to 3 of " + path_ +
                              ":/small: it is stored with filter 32026 (blosc2)"),
                    HasSubstr("HDF5_PLUGIN_PATH"), HasSubstr("h5repack -f GZIP=5 " + path_),
                    Not(HasSubstr("damaged"))));
}

TEST_F(DatasetTest, NamesDamageThatAFilterFinds) {
  const hdf5::Handle creation = chunked({4});
  H5Pset_deflate(creation, 5);
  const Dataset dataset = Dataset::create<float>(file_, "/small", {4}, creation);
  const hsize_t first = 0;
  const std::vector<char> stored(16);
  ASSERT_GE(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &first, stored.size(), stored.data()), 0);
  EXPECT_THAT(test::refusal_of<DataError>([&] { dataset.read_rows<float>(0, 4); }),
              AllOf(HasSubstr("cannot read rows 0 to 3 of"),
                    HasSubstr("its chunks are damaged, copy the file again")));
}

TEST_F(DatasetTest, RefusesWhatTheFileCannotHold) {
  const Dataset huge = Dataset::create<float>(file_, "/huge", {std::int64_t{1} << 40}, chunked({1 << 20}));
  EXPECT_THAT(test::refusal_of<DataError>([&] { huge.require_possible(4096); }),
              HasSubstr("/huge is larger than its file can hold"));
  Dataset small = Dataset::create<float>(file_, "/small", {10});
  small.write_rows(0, counted<float>(10));
  small.require_possible();
  const std::vector<std::int64_t> endless(3, std::int64_t{1} << 30);
  EXPECT_THAT(test::refusal_of<DataError>([&] {
                Dataset::create<float>(file_, "/endless", endless, chunked({1, 1, 1 << 20}));
              }),
              HasSubstr("/endless has an impossible shape"));
}

TEST_F(DatasetTest, RefusesValuesThatAreNoWholeRows) {
  Dataset dataset = Dataset::create<float>(file_, "/triples", {4, 3});
  EXPECT_THROW(dataset.write_rows(0, counted<float>(4)), std::logic_error);
}

}  // namespace
}  // namespace jetrain
