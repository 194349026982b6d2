#include "row_kernels/edge_rows.hpp"

#include "row_kernels/nearest_rows.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {
namespace {

const std::vector<std::int64_t> kJets{49, 0, 1, 2, 5, 8, 100, 0, 17, 30};

/// Edges between random rows, with lines and gradients of random numbers.
struct Example {
  Example(std::int64_t neighbours, std::int64_t channel_count, const std::vector<std::int64_t>& jets = kJets)
      : offsets(offsets_of(jets)),
        rows(offsets.rows()),
        count(offsets.edges(neighbours)),
        channels(channel_count),
        words(static_cast<std::size_t>(edge_words(rows, count))),
        edges(nearest_rows(RowMatrix(rows, 2, 1), std::vector<std::int64_t>{0, 1}, offsets, neighbours,
                           words.data())),
        u(rows, channels, 2, 1.0F),
        v(rows, channels, 3),
        y(count, channels, 4),
        dh(count, channels, 5),
        dout(rows, channels, 6),
        lines(static_cast<std::size_t>(row_line_floats(channels) + row_line_back_floats(channels))) {
    const std::vector<float> mean = normal_values(channels, 7);
    std::vector<float> variance = normal_values(channels, 8, 1.0F);
    for (float& value : variance) value = std::abs(value);
    line = row_line(channels, mean.data(), variance.data(), 1e-5F, normal_values(channels, 9, 1.0F).data(),
                    normal_values(channels, 10).data(), lines.data());
    back = row_line_back(channels, count, line, normal_values(channels, 11, 50.0F).data(),
                         normal_values(channels, 12, 50.0F).data(), lines.data() + row_line_floats(channels));
  }

  RowOffsets offsets;
  std::int64_t rows;
  std::int64_t count;
  std::int64_t channels;
  std::vector<std::int32_t> words;
  Edges edges;
  RowMatrix u;
  RowMatrix v;
  RowMatrix y;
  RowMatrix dh;
  RowMatrix dout;
  AlignedBuffer<float> lines;
  RowLine line;
  RowLineBack back;
};

template <class Visit>
void for_each_example(Visit visit) {
  for (const std::int64_t channels : kChannelCounts) {
    for (const std::int64_t neighbours : {1, 7, 16}) {
      SCOPED_TRACE(testing::Message() << channels << " channels, " << neighbours << " neighbours");
      visit(Example(neighbours, channels));
    }
  }
  visit(Example(7, 20, {}));
  visit(Example(7, 20, {1, 0, 1}));
  visit(Example(16, 20, std::vector<std::int64_t>(16, 200)));
}

/// Blocks of edges as layers have them.
template <class Visit>
void for_each_block(const Example& e, std::int64_t size, Visit visit) {
  for (std::int64_t first = 0; first < e.count; first += size) visit(first, std::min(e.count, first + size));
}

RowMatrix part(const RowMatrix& rows, std::int64_t first, std::int64_t last) {
  RowMatrix copy(last - first, rows.channels());
  for (std::int64_t r = first; r < last; ++r) {
    std::copy_n(rows.view().row(r), padded_channels(rows.channels()), copy.view().row(r - first));
  }
  return copy;
}

TEST(EdgeRows, MomentsAreThoseOfTheStoredEdges) {
  for_each_example([](const Example& e) {
    AlignedBuffer<float> memory(static_cast<std::size_t>(3 * row_moments_floats(e.channels)));
    const auto floats = static_cast<std::size_t>(row_moments_floats(e.channels));
    RowMoments of_kernel = start_moments(e.channels, memory.data());
    RowMoments of_reference = start_moments(e.channels, memory.data() + floats);
    RowMoments stored = start_moments(e.channels, memory.data() + 2 * floats);
    for_each_block(e, 512, [&](std::int64_t first, std::int64_t last) {
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
  for_each_example([](const Example& e) {
    for (const RowLine* line : {static_cast<const RowLine*>(nullptr), &e.line}) {
      for (const bool rectify : {false, true}) {
        for_each_block(e, 300, [&](std::int64_t first, std::int64_t last) {
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
  for_each_example([](const Example& e) {
    const auto width = static_cast<std::size_t>(padded_channels(e.channels));
    for (const bool rectify : {false, true}) {
      AlignedBuffer<float> sums(2 * width);
      std::vector<float> reference(2 * width);
      for_each_block(e, 512, [&](std::int64_t first, std::int64_t last) {
        const RowMatrix dh = part(e.dh, first, last);
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
  for_each_example([](const Example& e) {
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

TEST(EdgeRows, MeansAndMaximaAreTheReferences) {
  for_each_example([](const Example& e) {
    for (const bool rectify : {false, true}) {
      // All rows at once, and a few of them from their own block of edges.
      for (const auto& [first, last] : {std::pair{std::int64_t{0}, e.rows}, {e.rows / 3, e.rows / 2}}) {
        if (e.rows == 0) continue;
        const RowMatrix y = part(e.y, e.edges.begin(first), e.edges.begin(last));
        RowMatrix out(last - first, e.channels);
        RowMatrix reference(last - first, e.channels);
        mean_of_edges(y, e.edges, first, last, e.line, rectify, out);
        reference::mean_of_edges(y, e.edges, first, last, e.line, rectify, reference);
        expect_same(out, reference);
        max_of_edges(y, e.edges, first, last, e.line, rectify, out);
        reference::max_of_edges(y, e.edges, first, last, e.line, rectify, reference);
        expect_same(out, reference);
      }
      for_each_block(e, 300, [&](std::int64_t first, std::int64_t last) {
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

TEST(EdgeRows, NanOfAnEdgeShowsInItsRow) {
  Example e(7, 3);
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
