#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "core/aligned_buffer.hpp"
#include "jetrain/error.hpp"
#include "samples/ragged_part.hpp"
#include "samples/sparse_part.hpp"
#include "samples/vector_part.hpp"

namespace jetrain {
namespace {

/// Numbers to make parts of, and sample `i`'s part of each kind.
class Parts {
 public:
  Parts() : values_(4000), positions_(100) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = 1.0F / static_cast<float>(i + 1);
    std::iota(positions_.begin(), positions_.end(), std::uint16_t{65400});
  }
  SparseView sparse(std::size_t i) const {
    const std::size_t count = i % 7;  // some are empty
    return {std::span(positions_).subspan(i, count), std::span(values_).subspan(2 * i, count)};
  }
  VectorPart::View vector(std::size_t i) const { return std::span(values_).subspan(3 * i, 3); }
  RaggedView ragged(std::size_t i) const { return {std::span(values_).subspan(i, 4 * (i % 5)), 4}; }

 private:
  std::vector<float> values_;
  std::vector<std::uint16_t> positions_;
};

bool same(const SparseView& a, const SparseView& b) {
  return std::ranges::equal(a.positions, b.positions) && std::ranges::equal(a.values, b.values);
}
bool same(const VectorPart::View& a, const VectorPart::View& b) {
  return std::ranges::equal(a, b);
}
bool same(const RaggedView& a, const RaggedView& b) {
  return a.width == b.width && std::ranges::equal(a.values, b.values);
}

/// What every codec promises: views give back what was appended, and so do unpacked bytes, which may stand
/// behind others.
template <class Codec, class Make>
void expect_kept(const Make& make) {
  constexpr std::size_t kSamples = 60;
  Codec part;
  part.reserve(10);
  std::vector<typename Codec::View> views;
  for (std::size_t i = 0; i < kSamples; ++i) {
    views.push_back(make(i));
    part.append(views.back());
    if (i == 30) part.shrink_to_fit();
  }
  part.shrink_to_fit();
  for (std::size_t i = 0; i < kSamples; ++i) ASSERT_TRUE(same(part.view(i), views[i])) << i;

  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{7}, kSamples}) {
    const auto some = std::span(views).first(count);
    const std::size_t length = Codec::packed_bytes(some);
    ASSERT_EQ(length % 16, 0U);
    AlignedBuffer<std::byte> bytes(2 * length);
    Codec::pack(some, bytes.data());
    Codec::pack(some, bytes.data() + length);
    std::vector<typename Codec::View> unpacked(count);
    ASSERT_EQ(Codec::unpack(bytes.data() + length, unpacked), length);
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(same(unpacked[i], views[i])) << i << " of " << count;
  }
}

TEST(SparsePart, GivesBackWhatItTookAndPacked) {
  const Parts parts;
  expect_kept<SparsePart>([&](std::size_t i) { return parts.sparse(i); });
}

TEST(VectorPart, GivesBackWhatItTookAndPacked) {
  const Parts parts;
  expect_kept<VectorPart>([&](std::size_t i) { return parts.vector(i); });
  expect_kept<VectorPart>([](std::size_t) { return VectorPart::View(); });
}

TEST(RaggedPart, GivesBackWhatItTookAndPacked) {
  const Parts parts;
  expect_kept<RaggedPart>([&](std::size_t i) { return parts.ragged(i); });
  expect_kept<RaggedPart>([](std::size_t) { return RaggedView(); });
}

TEST(RaggedPart, CountsItsRows) {
  const Parts parts;
  RaggedPart part;
  for (std::size_t i = 0; i < 5; ++i) part.append(parts.ragged(i));
  EXPECT_EQ(part.view(0).rows(), 0);
  ASSERT_EQ(part.view(3).rows(), 3);
  EXPECT_EQ(part.view(3).row(2)[0], parts.ragged(3).values[8]);
}

TEST(RaggedPart, ComesBackFromTheFlatArraysOfACache) {
  const Parts parts;
  RaggedPart::Piece piece;
  for (std::size_t i = 0; i < 60; ++i) piece.append(parts.ragged(i));
  const std::vector<RaggedView> views = piece.views(4);
  ASSERT_EQ(views.size(), 60U);
  for (std::size_t i = 0; i < 60; ++i) ASSERT_TRUE(same(views[i], parts.ragged(i))) << i;
  piece.counts[2] = 3;
  EXPECT_THROW(piece.views(4), DataError);
}

// The bytes that a part of each kind takes are those of its numbers, and of where each sample's end.
TEST(SampleParts, TakeWhatTheirNumbersTake) {
  const Parts parts;
  SparsePart sparse;
  VectorPart vector;
  RaggedPart ragged;
  std::int64_t entries = 0;
  std::int64_t rows = 0;
  sparse.reserve(60);
  ragged.reserve(60);
  for (std::size_t i = 0; i < 60; ++i) {
    sparse.append(parts.sparse(i));
    vector.append(parts.vector(i));
    ragged.append(parts.ragged(i));
    entries += std::ssize(parts.sparse(i).positions);
    rows += parts.ragged(i).rows();
  }
  sparse.shrink_to_fit();
  vector.shrink_to_fit();
  ragged.shrink_to_fit();
  EXPECT_EQ(sparse.bytes(), 60 * 4 + entries * 6);
  EXPECT_EQ(vector.bytes(), 60 * 3 * 4);
  EXPECT_EQ(ragged.bytes(), 60 * 4 + rows * 4 * 4);
  EXPECT_EQ(VectorPart().bytes(), 0);
  RaggedPart none;
  none.reserve(60);
  for (std::size_t i = 0; i < 60; ++i) none.append({});
  EXPECT_EQ(none.bytes(), 0);
}

TEST(SampleParts, RefuseAnotherLength) {
  const Parts parts;
  VectorPart vector;
  vector.append(parts.vector(0));
  EXPECT_THROW(vector.append({}), std::logic_error);
  RaggedPart ragged;
  ragged.append(parts.ragged(1));
  EXPECT_THROW(ragged.append({parts.ragged(1).values, 2}), std::logic_error);
}

}  // namespace
}  // namespace jetrain
