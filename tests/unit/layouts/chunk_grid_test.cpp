#include "layouts/chunk_grid.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <numeric>
#include <random>

namespace jetrain {
namespace {

using Sizes = std::vector<std::int64_t>;

std::int64_t product(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// The content of the chunk that begins at `start`: each element that the dataset has is its number there.
std::vector<std::int32_t> chunk_content(const Sizes& shape, const Sizes& chunk, const Sizes& start) {
  std::vector<std::int32_t> content;
  for (std::int64_t i = 0; i < product(chunk); ++i) {
    std::int64_t left = i;
    std::int64_t number = 0;
    std::int64_t stride = 1;
    bool inside = true;
    for (std::size_t d = shape.size(); d-- > 0;) {
      const std::int64_t index = start[d] + left % chunk[d];
      left /= chunk[d];
      inside = inside && index < shape[d];
      number += index * stride;
      stride *= shape[d];
    }
    content.push_back(inside ? static_cast<std::int32_t>(number) : -1);
  }
  return content;
}

void expect_rows(const Sizes& shape, const Sizes& chunk, RowRange wanted) {
  const ChunkGrid grid(shape, chunk, sizeof(std::int32_t));
  const std::int64_t row = product(shape) / shape[0];
  ASSERT_EQ(grid.row_bytes(), static_cast<std::size_t>(row) * sizeof(std::int32_t));
  std::vector<std::int32_t> rows(static_cast<std::size_t>(wanted.size() * row), -2);
  for (std::int64_t band = 0; band < grid.bands(); ++band) {
    const RowRange whole = grid.rows(band);
    const RowRange own{std::max(whole.first, wanted.first), std::min(whole.last, wanted.last)};
    if (own.size() <= 0) continue;
    for (std::int64_t c = 0; c < grid.chunks_in_band(); ++c) {
      const std::vector<std::int32_t> content = chunk_content(shape, chunk, grid.start(band, c));
      ASSERT_EQ(content.size() * sizeof(std::int32_t), grid.chunk_bytes());
      grid.copy(band, c, reinterpret_cast<const std::byte*>(content.data()), own,
                reinterpret_cast<std::byte*>(rows.data() + (own.first - wanted.first) * row));
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    ASSERT_EQ(rows[i], wanted.first * row + static_cast<std::int64_t>(i)) << i;
}

TEST(ChunkGrid, PutsChunksOfAnyShapeTogether) {
  std::mt19937 random(1);
  const auto size = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(1, most)(random);
  };
  for (int i = 0; i < 2000; ++i) {
    Sizes shape;
    Sizes chunk;
    const std::int64_t dimensions = size(4);
    for (std::int64_t d = 0; d < dimensions; ++d) {
      shape.push_back(size(6));
      chunk.push_back(i % 3 == 0 && d > 0 ? shape.back() : size(8));
    }
    const std::int64_t first = size(shape[0]) - 1;
    SCOPED_TRACE(i);
    expect_rows(shape, chunk, {first, first + size(shape[0] - first)});
    if (HasFatalFailure()) return;
  }
}

TEST(ChunkGrid, KnowsWhenAChunkIsWholeRows) {
  EXPECT_TRUE(ChunkGrid({100}, {7}, 8).has_whole_rows());
  EXPECT_TRUE(ChunkGrid({100, 4, 3}, {7, 4, 3}, 8).has_whole_rows());
  EXPECT_FALSE(ChunkGrid({100, 4, 3}, {7, 4, 2}, 8).has_whole_rows());
  EXPECT_FALSE(ChunkGrid({100, 4}, {7, 5}, 8).has_whole_rows())
      << "a chunk's row is longer than the dataset's";
}

}  // namespace
}  // namespace jetrain
