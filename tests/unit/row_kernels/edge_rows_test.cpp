#include "row_kernels/edge_rows.hpp"

#include "random_edges.hpp"

namespace jetrain::kernels {
namespace {

TEST(EdgeRows, MomentsAreThoseOfTheStoredEdges) {
  for_each_example([](const RandomEdges& e) {
    AlignedBuffer<float> memory(static_cast<std::size_t>(3 * row_moments_floats(e.channels)));
    const auto floats = static_cast<std::size_t>(row_moments_floats(e.channels));
    RowMoments of_kernel = start_moments(e.channels, memory.data());
    RowMoments of_reference = start_moments(e.channels, memory.data() + floats);
    RowMoments stored = start_moments(e.channels, memory.data() + 2 * floats);
    e.for_each_block(512, [&](std::int64_t first, std::int64_t last) {
      add_edge_moments(e.u, e.v, e.edges, first, last, of_kernel);
    });
    reference::add_edge_moments(e.u, e.v, e.edges, 0, e.count, of_reference);
    RowMatrix y(e.count, e.channels);
    gather_edges(e.u, e.v, e.edges, 0, e.count, nullptr, false, y);
    add_moments(y, stored);
    std::vector<float> results[3];
    for (auto& values : results) values.resize(static_cast<std::size_t>(2 * e.channels));
    finish_moments(of_kernel, results[0].data(), results[0].data() + e.channels);
    finish_moments(of_reference, results[1].data(), results[1].data() + e.channels);
    finish_moments(stored, results[2].data(), results[2].data() + e.channels);
    expect_same(results[0], results[1]);
    expect_same(results[0], results[2]);
  });
}

TEST(EdgeRows, GatheredEdgesAreTheReferences) {
  for_each_example([](const RandomEdges& e) {
    for (const RowLine* line : {static_cast<const RowLine*>(nullptr), &e.line}) {
      for (const bool rectify : {false, true}) {
        e.for_each_block(300, [&](std::int64_t first, std::int64_t last) {
          RowMatrix h(last - first, e.channels);
          RowMatrix reference(last - first, e.channels);
          gather_edges(e.u, e.v, e.edges, first, last, line, rectify, h);
          reference::gather_edges(e.u, e.v, e.edges, first, last, line, rectify, reference);
          expect_same(h, reference);
        });
      }
    }
  });
}

TEST(EdgeRows, SumsOfTheNormsGradientsAreTheReferences) {
  for_each_example([](const RandomEdges& e) {
    const auto width = static_cast<std::size_t>(padded_channels(e.channels));
    for (const bool rectify : {false, true}) {
      AlignedBuffer<float> sums(2 * width);
      std::vector<float> reference(2 * width);
      e.for_each_block(512, [&](std::int64_t first, std::int64_t last) {
        const RowMatrix dh = e.dh.part(first, last);
        edge_line_sums(e.u, e.v, dh, e.edges, first, last, e.line, rectify, sums.data(), sums.data() + width);
        reference::edge_line_sums(e.u, e.v, dh, e.edges, first, last, e.line, rectify, reference.data(),
                                  reference.data() + width);
      });
      for (std::size_t k = 0; k < static_cast<std::size_t>(e.channels); ++k) {
        EXPECT_TRUE(same_bits(sums[k], reference[k]));
        EXPECT_TRUE(same_bits(sums[width + k], reference[width + k]));
      }
    }
  });
}

TEST(EdgeRows, ScatteredGradientsAreTheReferences) {
  for_each_example([](const RandomEdges& e) {
    for (const RowLine* line : {static_cast<const RowLine*>(nullptr), &e.line}) {
      for (const bool rectify : {false, true}) {
        RowMatrix results[4]{
            {e.rows, e.channels}, {e.rows, e.channels}, {e.rows, e.channels}, {e.rows, e.channels}};
        scatter_edges(e.u, e.v, e.dh, e.edges, line, rectify, &e.back, results[0], results[1]);
        reference::scatter_edges(e.u, e.v, e.dh, e.edges, line, rectify, &e.back, results[2], results[3]);
        expect_same(results[0], results[2]);
        expect_same(results[1], results[3]);
      }
    }
  });
}

}  // namespace
}  // namespace jetrain::kernels
