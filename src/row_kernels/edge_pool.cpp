#include "row_kernels/edge_pool.hpp"

#include <algorithm>

#include "row_kernels/row_line.hpp"

namespace jetrain::kernels {
namespace {

/// Of tiles (row_line.hpp): a row has several edges.
constexpr std::int64_t kTileRows = 4;

/// Calls visit(the line, y of the first edge, the number of edges, the place in `out`, the number of vectors
/// as a constant) for rows first_row ... last_row - 1, whose edges are y's rows, and a few channels at a
/// time.
template <class Visit>
void for_each_pool(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row, Rows out,
                   const RowLine& line, const Visit& visit) {
  const std::int64_t stride = y.stride();
  for_each_tile<kForwardVectors>(last_row - first_row, stride, kTileRows,
                                 [&](std::int64_t first, std::int64_t last, std::int64_t at, auto vectors) {
                                   const LineForward<decltype(vectors)::value> channels(line, at);
                                   for (std::int64_t row = first; row < last; ++row) {
                                     const std::int64_t edge =
                                         edges.begin(first_row + row) - edges.begin(first_row);
                                     visit(channels, y.data + edge * stride + at,
                                           edges.degree(first_row + row), out.row(row) + at, vectors);
                                   }
                                 });
}

template <bool kRectify>
void mean(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row, const RowLine& line,
          Rows out) {
  const std::int64_t stride = y.stride();
  for_each_pool(y, edges, first_row, last_row, out, line,
                [=](const auto& channels, const float* from, std::int64_t degree, float* to, auto vectors) {
                  Vector sum[decltype(vectors)::value] = {};
                  for (std::int64_t e = 0; e < degree; ++e) {
                    for (int i = 0; i < vectors; ++i) {
                      const Vector value = load(from + e * stride + i * kVectorLanes);
                      sum[i] += channels.template forward<kRectify>(value, i);
                    }
                  }
                  const float count = static_cast<float>(degree > 0 ? degree : 1);
                  for (int i = 0; i < vectors; ++i) store(to + i * kVectorLanes, sum[i] / count);
                });
}

/// The largest h of a row's edges, y of the first of which is at `from`.
template <bool kRectify, int kVectors>
void largest(const LineForward<kVectors>& channels, const float* from, std::int64_t stride,
             std::int64_t degree, Vector* best) {
  for (int i = 0; i < kVectors; ++i) {
    best[i] = degree == 0 ? Vector{} : channels.template forward<kRectify>(load(from + i * kVectorLanes), i);
  }
  for (std::int64_t e = 1; e < degree; ++e) {
    for (int i = 0; i < kVectors; ++i) {
      const Vector h = channels.template forward<kRectify>(load(from + e * stride + i * kVectorLanes), i);
      best[i] = ((h > best[i]) | (h != h)) ? h : best[i];
    }
  }
}

template <bool kRectify>
void max(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row, const RowLine& line,
         Rows out) {
  const std::int64_t stride = y.stride();
  for_each_pool(y, edges, first_row, last_row, out, line,
                [=](const auto& channels, const float* from, std::int64_t degree, float* to, auto vectors) {
                  Vector best[decltype(vectors)::value];
                  largest<kRectify>(channels, from, stride, degree, best);
                  for (int i = 0; i < vectors; ++i) store(to + i * kVectorLanes, best[i]);
                });
}

/// Calls visit(row, its edges within first ... last - 1).
template <class Visit>
void for_each_row(const Edges& edges, std::int64_t first, std::int64_t last, const Visit& visit) {
  for (std::int64_t e = first; e < last;) {
    const std::int64_t row = edges.sources[e];
    const std::int64_t end = std::min<std::int64_t>(edges.begin(row + 1), last);
    visit(row, e, end);
    e = end;
  }
}

template <bool kRectify>
void spread_to_max(ConstRows y, ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last,
                   const RowLine& line, Rows dh) {
  const std::int64_t stride = y.stride();
  for_each_row(edges, first, last, [&](std::int64_t row, std::int64_t begin, std::int64_t end) {
    for_each_tile<kForwardVectors>(
        1, stride, 1, [&](std::int64_t, std::int64_t, std::int64_t at, auto vectors) {
          constexpr int kVectors = decltype(vectors)::value;
          const LineForward<kVectors> channels(line, at);
          Vector best[kVectors];
          largest<kRectify>(channels, y.row(edges.begin(row)) + at, stride, edges.degree(row), best);
          // What is given away is left as zeros for the edges behind.
          Vector left[kVectors];
          for (int i = 0; i < kVectors; ++i) left[i] = load(dout.row(row) + at + i * kVectorLanes);
          for (std::int64_t e = edges.begin(row); e < end; ++e) {
            for (int i = 0; i < kVectors; ++i) {
              const std::int64_t here = at + i * kVectorLanes;
              const auto taken = channels.template forward<kRectify>(load(y.row(e) + here), i) == best[i];
              if (e >= begin) store(dh.row(e - first) + here, taken ? left[i] : Vector{});
              left[i] = taken ? Vector{} : left[i];
            }
          }
        });
  });
}

}  // namespace

void mean_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                   const RowLine& line, bool rectify, Rows out) {
  rectify ? mean<true>(y, edges, first_row, last_row, line, out)
          : mean<false>(y, edges, first_row, last_row, line, out);
}

void spread_mean(ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last, Rows dh) {
  const std::int64_t stride = dout.stride();
  for_each_row(edges, first, last, [&](std::int64_t row, std::int64_t begin, std::int64_t end) {
    const float count = static_cast<float>(edges.degree(row));
    for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
      const Vector share = load(dout.row(row) + at) / count;
      for (std::int64_t e = begin; e < end; ++e) store(dh.row(e - first) + at, share);
    }
  });
}

void max_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                  const RowLine& line, bool rectify, Rows out) {
  rectify ? max<true>(y, edges, first_row, last_row, line, out)
          : max<false>(y, edges, first_row, last_row, line, out);
}

void spread_max(ConstRows y, ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last,
                const RowLine& line, bool rectify, Rows dh) {
  rectify ? spread_to_max<true>(y, dout, edges, first, last, line, dh)
          : spread_to_max<false>(y, dout, edges, first, last, line, dh);
}

}  // namespace jetrain::kernels
