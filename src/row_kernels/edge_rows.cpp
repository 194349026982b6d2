#include "row_kernels/edge_rows.hpp"

#include <algorithm>

#include "row_kernels/row_line.hpp"
#include "row_kernels/row_moments.hpp"

namespace jetrain::kernels {
namespace {

/// Of tiles (row_line.hpp).
constexpr std::int64_t kTileRows = 32;

/// Vectors at a time of what needs seven numbers a channel.
constexpr int kScatterVectors = 2;

/// y_1 of an edge, a vector from the float `at` on.
struct SumsOfEnds {
  const float* u;
  const float* v;
  std::int64_t stride;
  const std::int32_t* sources;
  const std::int32_t* targets;

  SumsOfEnds(ConstRows from, ConstRows to, const Edges& edges, std::int64_t first)
      : u(from.data),
        v(to.data),
        stride(from.stride()),
        sources(edges.sources + first),
        targets(edges.targets + first) {}
  Vector operator()(std::int64_t edge, std::int64_t at) const {
    return load(u + sources[edge] * stride + at) + load(v + targets[edge] * stride + at);
  }
};

template <class Tile>
void gather(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last, Rows h,
            const Tile& tile_of) {
  const std::int64_t stride = h.stride();
  for_each_tile<kForwardVectors>(
      last - first, stride, kTileRows,
      [&](std::int64_t begin, std::int64_t end, std::int64_t at, auto vectors) {
        const auto change = tile_of(at, vectors);
        for (std::int64_t e = begin; e < end; ++e) {
          const float* from = u.data + edges.sources[first + e] * stride + at;
          const float* to = v.data + edges.targets[first + e] * stride + at;
          float* result = h.data + e * stride + at;
          for (int i = 0; i < vectors; ++i) {
            store(result + i * kVectorLanes,
                  change(load(from + i * kVectorLanes) + load(to + i * kVectorLanes), i));
          }
        }
      });
}

template <bool kRectify>
void gather_with_line(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                      const RowLine& line, Rows h) {
  gather(u, v, edges, first, last, h, [&](std::int64_t at, auto vectors) {
    return [channels = LineForward<decltype(vectors)::value>(line, at)](Vector y, int i) {
      return channels.template forward<kRectify>(y, i);
    };
  });
}

template <bool kRectify>
void line_sums(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t first,
               std::int64_t last, const RowLine& line, float* dgamma, float* dbeta) {
  add_line_sums<kRectify>(last - first, dh, line, dgamma, dbeta, SumsOfEnds(u, v, edges, first));
}

/// tile_of(at, vectors) is a function of (y, dh, vector) that gives dy.
template <class Tile>
void scatter(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, Rows du, Rows dv,
             const Tile& tile_of) {
  const std::int64_t stride = dv.stride();
  std::fill_n(dv.data, dv.rows * stride, 0.0F);
  for_each_tile<kScatterVectors>(edges.rows, stride, kTileRows,
                                 [&](std::int64_t first, std::int64_t last, std::int64_t at, auto vectors) {
                                   constexpr int kVectors = decltype(vectors)::value;
                                   const auto gradient = tile_of(at, vectors);
                                   for (std::int64_t row = first; row < last; ++row) {
                                     Vector sum[kVectors] = {};
                                     Vector own[kVectors];
                                     for (int i = 0; i < kVectors; ++i)
                                       own[i] = load(u.row(row) + at + i * kVectorLanes);
                                     for (std::int64_t e = edges.begin(row); e < edges.begin(row + 1); ++e) {
                                       const std::int64_t target = edges.targets[e] * stride + at;
                                       const float* gradients = dh.data + e * stride + at;
                                       for (int i = 0; i < kVectors; ++i) {
                                         const std::int64_t part = i * kVectorLanes;
                                         const Vector y = own[i] + load(v.data + target + part);
                                         const Vector dy = gradient(y, load(gradients + part), i);
                                         sum[i] += dy;
                                         store(dv.data + target + part, load(dv.data + target + part) + dy);
                                       }
                                     }
                                     for (int i = 0; i < kVectors; ++i)
                                       store(du.row(row) + at + i * kVectorLanes, sum[i]);
                                   }
                                 });
}

template <bool kRectify>
void scatter_with_line(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, const RowLine& line,
                       const RowLineBack& back, Rows du, Rows dv) {
  scatter(u, v, dh, edges, du, dv, [&](std::int64_t at, auto vectors) {
    return [channels = LineBackward<decltype(vectors)::value>(line, back, at)](Vector y, Vector g, int i) {
      return channels.template backward<kRectify>(y, g, i);
    };
  });
}

}  // namespace

void add_edge_moments(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                      RowMoments& moments) {
  add_moments_of(moments, last - first, SumsOfEnds(u, v, edges, first));
}

void gather_edges(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                  const RowLine* line, bool rectify, Rows h) {
  if (line == nullptr) {
    gather(u, v, edges, first, last, h, [](std::int64_t, auto) { return [](Vector y, int) { return y; }; });
  } else if (rectify) {
    gather_with_line<true>(u, v, edges, first, last, *line, h);
  } else {
    gather_with_line<false>(u, v, edges, first, last, *line, h);
  }
}

void edge_line_sums(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t first,
                    std::int64_t last, const RowLine& line, bool rectify, float* dgamma, float* dbeta) {
  rectify ? line_sums<true>(u, v, dh, edges, first, last, line, dgamma, dbeta)
          : line_sums<false>(u, v, dh, edges, first, last, line, dgamma, dbeta);
}

void scatter_edges(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, const RowLine* line,
                   bool rectify, const RowLineBack* back, Rows du, Rows dv) {
  if (line == nullptr) {
    scatter(u, v, dh, edges, du, dv,
            [](std::int64_t, auto) { return [](Vector, Vector dy, int) { return dy; }; });
  } else if (rectify) {
    scatter_with_line<true>(u, v, dh, edges, *line, *back, du, dv);
  } else {
    scatter_with_line<false>(u, v, dh, edges, *line, *back, du, dv);
  }
}

}  // namespace jetrain::kernels
