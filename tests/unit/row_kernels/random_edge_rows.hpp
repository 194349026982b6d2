#pragma once

#include <algorithm>
#include <cmath>

#include "row_kernels/edges.hpp"
#include "row_kernels/row_batch_norm.hpp"
#include "row_matrix.hpp"

namespace jetrain::kernels {

/// Edges between rows u and v of random numbers, a gradient of each edge, and the line of a batch norm over
/// them with its way back.
struct RandomEdgeRows {
  /// `find(words)` writes the edges there.
  template <class Find>
  RandomEdgeRows(const RowOffsets& offsets, std::int64_t edge_count, std::int64_t channel_count,
                 const Find& find)
      : sets(offsets),
        rows(sets.rows()),
        count(edge_count),
        channels(channel_count),
        words(static_cast<std::size_t>(edge_words(rows, count))),
        edges(find(words.data())),
        u(rows, channels, 2, 1.0F),
        v(rows, channels, 3),
        dh(count, channels, 5),
        lines(static_cast<std::size_t>(row_line_floats(channels) + row_line_back_floats(channels))) {
    std::vector<float> variance = normal_values(channels, 8, 1.0F);
    for (float& value : variance) value = std::abs(value);
    line =
        row_line(channels, normal_values(channels, 7).data(), variance.data(), 1e-5F,
                 normal_values(channels, 9, 1.0F).data(), normal_values(channels, 10).data(), lines.data());
    back = row_line_back(channels, count, line, normal_values(channels, 11, 50.0F).data(),
                         normal_values(channels, 12, 50.0F).data(), lines.data() + row_line_floats(channels));
  }

  /// visit(first edge, last edge) of blocks of a size, as layers have them.
  template <class Visit>
  void for_each_block(std::int64_t size, Visit visit) const {
    for (std::int64_t first = 0; first < count; first += size) visit(first, std::min(count, first + size));
  }

  RowOffsets sets;
  std::int64_t rows;
  std::int64_t count;
  std::int64_t channels;
  std::vector<std::int32_t> words;
  Edges edges;
  RowMatrix u;
  RowMatrix v;
  RowMatrix dh;
  AlignedBuffer<float> lines;
  RowLine line;
  RowLineBack back;
};

}  // namespace jetrain::kernels
