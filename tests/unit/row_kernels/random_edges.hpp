#pragma once

#include "random_edge_rows.hpp"
#include "row_kernels/nearest_rows.hpp"

namespace jetrain::kernels {

/// Edges from rows to the nearest ones.
struct RandomEdges : RandomEdgeRows {
  RandomEdges(std::int64_t neighbours, std::int64_t channel_count,
              const std::vector<std::int64_t>& jets = {49, 0, 1, 2, 5, 8, 100, 0, 17, 30})
      : RandomEdges(offsets_of(jets), neighbours, channel_count) {}

  RowMatrix y;
  RowMatrix dout;

 private:
  RandomEdges(const RowOffsets& offsets, std::int64_t neighbours, std::int64_t channel_count)
      : RandomEdgeRows(offsets, offsets.edges(neighbours), channel_count,
                       [&](std::int32_t* memory) {
                         return nearest_rows(RowMatrix(offsets.rows(), 2, 1), std::vector<std::int64_t>{0, 1},
                                             offsets, neighbours, memory);
                       }),
        y(count, channels, 4),
        dout(rows, channels, 6) {}
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

}  // namespace jetrain::kernels
