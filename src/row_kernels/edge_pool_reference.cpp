#include <algorithm>

#include "kernels/multiply_add.hpp"
#include "row_kernels/edge_pool.hpp"

namespace jetrain::kernels::reference {
namespace {

float forward(const RowLine& line, std::int64_t k, bool rectify, float y) {
  const float value = multiply_add(y, line.scale[k], line.shift[k]);
  return rectify && value < 0 ? 0 : value;
}

/// The edge of row i with the largest h, -1 without edges. `from`: y's edges begin with this one.
std::int64_t winner(ConstRows y, const Edges& edges, std::int64_t from, std::int64_t i, std::int64_t k,
                    const RowLine& line, bool rectify) {
  std::int64_t best = -1;
  const auto h = [&](std::int64_t e) { return forward(line, k, rectify, y.row(e - from)[k]); };
  for (std::int64_t e = edges.begin(i); e < edges.begin(i + 1); ++e) {
    if (best < 0 || h(e) > h(best)) best = e;
  }
  return best;
}

}  // namespace

void mean_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                   const RowLine& line, bool rectify, Rows out) {
  for (std::int64_t i = first_row; i < last_row; ++i) {
    const std::int64_t from = edges.begin(first_row);
    const float count = static_cast<float>(std::max<std::int64_t>(edges.degree(i), 1));
    for (std::int64_t k = 0; k < y.channels; ++k) {
      float sum = 0;
      for (std::int64_t e = edges.begin(i); e < edges.begin(i + 1); ++e) {
        sum += forward(line, k, rectify, y.row(e - from)[k]);
      }
      out.row(i - first_row)[k] = sum / count;
    }
  }
}

void spread_mean(ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last, Rows dh) {
  for (std::int64_t e = first; e < last; ++e) {
    const std::int64_t i = edges.sources[e];
    for (std::int64_t k = 0; k < dout.channels; ++k) {
      dh.row(e - first)[k] = dout.row(i)[k] / static_cast<float>(edges.degree(i));
    }
  }
}

void max_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                  const RowLine& line, bool rectify, Rows out) {
  const std::int64_t from = edges.begin(first_row);
  for (std::int64_t i = first_row; i < last_row; ++i) {
    for (std::int64_t k = 0; k < y.channels; ++k) {
      const std::int64_t best = winner(y, edges, from, i, k, line, rectify);
      out.row(i - first_row)[k] = best < 0 ? 0 : forward(line, k, rectify, y.row(best - from)[k]);
    }
  }
}

void spread_max(ConstRows y, ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last,
                const RowLine& line, bool rectify, Rows dh) {
  for (std::int64_t e = first; e < last; ++e) {
    const std::int64_t i = edges.sources[e];
    for (std::int64_t k = 0; k < y.channels; ++k) {
      dh.row(e - first)[k] = winner(y, edges, 0, i, k, line, rectify) == e ? dout.row(i)[k] : 0;
    }
  }
}

}  // namespace jetrain::kernels::reference
