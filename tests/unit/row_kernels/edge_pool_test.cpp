#include "row_kernels/edge_pool.hpp"

#include "random_edges.hpp"

namespace jetrain::kernels {
namespace {

TEST(EdgePool, MeansAndMaximaAreTheReferences) {
  for_each_example([](const RandomEdges& e) {
    for (const bool rectify : {false, true}) {
      // All rows at once, and a few of them from their own block of edges.
      for (const auto& [first, last] : {std::pair{std::int64_t{0}, e.rows}, {e.rows / 3, e.rows / 2}}) {
        if (e.rows == 0) continue;
        const RowMatrix y = e.y.part(e.edges.begin(first), e.edges.begin(last));
        RowMatrix out(last - first, e.channels);
        RowMatrix reference(last - first, e.channels);
        mean_of_edges(y, e.edges, first, last, e.line, rectify, out);
        reference::mean_of_edges(y, e.edges, first, last, e.line, rectify, reference);
        expect_same(out, reference);
        max_of_edges(y, e.edges, first, last, e.line, rectify, out);
        reference::max_of_edges(y, e.edges, first, last, e.line, rectify, reference);
        expect_same(out, reference);
      }
      e.for_each_block(300, [&](std::int64_t first, std::int64_t last) {
        if (first > 3000) return;
        RowMatrix dh(last - first, e.channels);
        RowMatrix reference(last - first, e.channels);
        spread_mean(e.dout, e.edges, first, last, dh);
        reference::spread_mean(e.dout, e.edges, first, last, reference);
        expect_same(dh, reference);
        spread_max(e.y, e.dout, e.edges, first, last, e.line, rectify, dh);
        reference::spread_max(e.y, e.dout, e.edges, first, last, e.line, rectify, reference);
        expect_same(dh, reference);
      });
    }
  });
}

TEST(EdgePool, NanOfAnEdgeShowsInItsRow) {
  RandomEdges e(7, 3);
  e.y.at(4, 1) = std::nanf("");
  RowMatrix out(e.rows, 3);
  max_of_edges(e.y, e.edges, 0, e.rows, e.line, true, out);
  EXPECT_TRUE(std::isnan(out.at(0, 1)));
  EXPECT_FALSE(std::isnan(out.at(1, 1)));
  mean_of_edges(e.y, e.edges, 0, e.rows, e.line, true, out);
  EXPECT_TRUE(std::isnan(out.at(0, 1)));
}

}  // namespace
}  // namespace jetrain::kernels
