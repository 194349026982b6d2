#include "row_kernels/nearest_rows.hpp"

#include <numeric>

#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

const std::vector<std::vector<std::int64_t>> kJets{
    {},
    {0, 0, 1},
    {200, 0, 1, 2, 49, 33, 17, 16, 15, 3, 0, 64, 5, 8, 9, 1},
    std::vector<std::int64_t>(16, 200),
};

template <class Search>
std::vector<std::int32_t> found(Search search, const RowMatrix& points,
                                const std::vector<std::int64_t>& channels, const RowOffsets& offsets,
                                std::int64_t neighbours) {
  const std::int64_t words = edge_words(offsets.rows(), offsets.edges(neighbours));
  std::vector<std::int32_t> memory(static_cast<std::size_t>(words), -1);
  const Edges edges = search(points, channels, offsets, neighbours, memory.data());
  EXPECT_EQ(edges.count(), offsets.edges(neighbours));
  EXPECT_EQ(edges.rows, offsets.rows());
  for (std::int64_t row = 0; row < edges.rows; ++row) {
    for (std::int64_t e = edges.begin(row); e < edges.begin(row + 1); ++e) {
      EXPECT_EQ(edges.sources[e], row);
      EXPECT_NE(edges.targets[e], row);
    }
  }
  return memory;
}

void expect_reference(const RowMatrix& points, const std::vector<std::int64_t>& channels,
                      const RowOffsets& offsets, std::int64_t neighbours) {
  SCOPED_TRACE(testing::Message() << offsets.rows() << " rows, " << channels.size() << " channels, "
                                  << neighbours << " neighbours");
  EXPECT_EQ(found(nearest_rows, points, channels, offsets, neighbours),
            found(reference::nearest_rows, points, channels, offsets, neighbours));
}

std::vector<std::int64_t> all_channels(std::int64_t channels) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(channels));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

TEST(NearestRows, AreTheReferences) {
  for (const auto& counts : kJets) {
    const RowOffsets offsets = offsets_of(counts);
    for (const std::int64_t channels : {1, 2, 7, 64, 100}) {
      const RowMatrix points(offsets.rows(), channels, 5);
      for (const std::int64_t neighbours : {1, 3, 7, 16, 20, 250}) {
        if (offsets.rows() == 3200 && channels > 7 && neighbours != 16) continue;
        expect_reference(points, all_channels(channels), offsets, neighbours);
      }
    }
  }
}

TEST(NearestRows, SomeChannelsInTheirOrder) {
  const RowOffsets offsets = offsets_of({49, 20, 70});
  const RowMatrix points(offsets.rows(), 20, 5);
  expect_reference(points, {17, 2, 3}, offsets, 7);
}

TEST(NearestRows, EqualDistancesGoToTheLowerRow) {
  const RowOffsets offsets = offsets_of({60, 33});
  RowMatrix points(offsets.rows(), 2, 6);
  for (std::int64_t r = 0; r < points.rows(); ++r) {
    for (std::int64_t k = 0; k < 2; ++k) points.at(r, k) = std::round(points.at(r, k));
  }
  for (const std::int64_t neighbours : {1, 7, 16, 30}) {
    expect_reference(points, {0, 1}, offsets, neighbours);
  }
  const RowMatrix same(8, 1);  // all at one place
  const std::vector<std::int32_t> edges = found(nearest_rows, same, {0}, offsets_of({8}), 2);
  const std::vector<std::int32_t> targets(edges.end() - 16, edges.end());
  EXPECT_EQ(targets, (std::vector<std::int32_t>{1, 2, 0, 2, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}));
}

TEST(NearestRows, HasAllNeighboursOfADivergedNetwork) {
  const RowOffsets offsets = offsets_of({40});
  RowMatrix points(40, 3, 7);
  for (std::int64_t r = 5; r < 30; ++r) points.at(r, 1) = r % 2 == 0 ? std::nanf("") : HUGE_VALF;
  points.at(35, 0) = 1e30F;
  for (const std::int64_t neighbours : {1, 7, 16, 30}) {
    expect_reference(points, {0, 1, 2}, offsets, neighbours);
  }
}

}  // namespace
}  // namespace jetrain::kernels
