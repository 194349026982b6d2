#pragma once

#include "row_kernels/nearest_rows.hpp"
#include "row_kernels/row_batch_norm.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {

inline const std::vector<std::int64_t> kJets{49, 0, 1, 2, 5, 8, 100, 0, 17, 30};

/// Edges between random rows, with lines and gradients of random numbers.
struct RandomEdges {
  RandomEdges(std::int64_t neighbours, std::int64_t channel_count,
              const std::vector<std::int64_t>& jets = kJets)
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
      visit(RandomEdges(neighbours, channels));
    }
  }
  visit(RandomEdges(7, 20, {}));
  visit(RandomEdges(7, 20, {1, 0, 1}));
  visit(RandomEdges(16, 20, std::vector<std::int64_t>(16, 200)));
}

/// Blocks of edges as layers have them.
template <class Visit>
void for_each_block(const RandomEdges& e, std::int64_t size, Visit visit) {
  for (std::int64_t first = 0; first < e.count; first += size) visit(first, std::min(e.count, first + size));
}

inline RowMatrix part(const RowMatrix& rows, std::int64_t first, std::int64_t last) {
  RowMatrix copy(last - first, rows.channels());
  for (std::int64_t r = first; r < last; ++r) {
    std::copy_n(rows.view().row(r), padded_channels(rows.channels()), copy.view().row(r - first));
  }
  return copy;
}

}  // namespace jetrain::kernels
