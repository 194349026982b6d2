#include "row_kernels/edge_rows.hpp"

#include <algorithm>
#include <type_traits>

#include "row_kernels/row_line.hpp"
#include "row_kernels/row_moments.hpp"

namespace jetrain::kernels {
namespace {

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

template <class Change>
void gather(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last, Rows h,
            const Change& change) {
  const SumsOfEnds sums(u, v, edges, first);
  const std::int64_t width = h.stride();
  for (std::int64_t e = 0; e < last - first; ++e) {
    float* to = h.row(e);
    for (std::int64_t at = 0; at < width; at += kVectorLanes) store(to + at, change(sums(e, at), at));
  }
}

template <bool kRectify>
void line_sums(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t first,
               std::int64_t last, const RowLine& line, float* dgamma, float* dbeta) {
  const SumsOfEnds sums(u, v, edges, first);
  sum_over_rows<2>(last - first, dh.stride(), {dgamma, dbeta},
                   [=](std::int64_t edge, std::int64_t at, std::array<Vector, 2>& pass) {
                     const Vector y = sums(edge, at);
                     const Vector gradient = line_gradient<kRectify>(line, at, y, load(dh.row(edge) + at));
                     pass[0] = multiply_add(gradient, y - load(line.mean + at), pass[0]);
                     pass[1] += gradient;
                   });
}

/// A few vectors of channels of all edges: gradient(u, v, edge, at) is dy.
template <int kVectors, class Gradient>
void scatter_channels(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t at, Rows du,
                      Rows dv, const Gradient& gradient) {
  const std::int64_t stride = dv.stride();
  for (std::int64_t i = 0; i < edges.rows; ++i) {
    Vector sum[kVectors] = {};
    Vector own[kVectors];
    for (int n = 0; n < kVectors; ++n) own[n] = load(u.row(i) + at + n * kVectorLanes);
    for (std::int64_t e = edges.begin(i); e < edges.begin(i + 1); ++e) {
      const std::int64_t target = edges.targets[e] * stride + at;
      const float* gradients = dh.row(e) + at;
      for (int n = 0; n < kVectors; ++n) {
        const std::int64_t part = n * kVectorLanes;
        const Vector y = own[n] + load(v.data + target + part);
        const Vector dy = gradient(y, load(gradients + part), at + part);
        sum[n] += dy;
        float* to = dv.data + target + part;
        store(to, load(to) + dy);
      }
    }
    for (int n = 0; n < kVectors; ++n) store(du.row(i) + at + n * kVectorLanes, sum[n]);
  }
}

template <class Gradient>
void scatter(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, Rows du, Rows dv,
             const Gradient& gradient) {
  const std::int64_t width = dv.stride();
  std::fill_n(dv.data, dv.rows * width, 0.0F);
  std::int64_t at = 0;
  for (; width - at >= 2 * kVectorLanes; at += 2 * kVectorLanes) {
    scatter_channels<2>(u, v, dh, edges, at, du, dv, gradient);
  }
  if (at < width) scatter_channels<1>(u, v, dh, edges, at, du, dv, gradient);
}

/// Calls visit(at, the number of vectors as a constant) for all channels.
template <class Visit>
void for_each_group(std::int64_t width, const Visit& visit) {
  std::int64_t at = 0;
  for (; width - at >= 4 * kVectorLanes; at += 4 * kVectorLanes) {
    visit(at, std::integral_constant<int, 4>{});
  }
  for (; at < width; at += kVectorLanes) visit(at, std::integral_constant<int, 1>{});
}

template <bool kRectify>
void mean(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row, const RowLine& line,
          Rows out) {
  const std::int64_t stride = y.stride();
  for (std::int64_t i = first_row; i < last_row; ++i) {
    const std::int64_t degree = edges.degree(i);
    const float* from = y.row(edges.begin(i) - edges.begin(first_row));
    for_each_group(stride, [&](std::int64_t at, auto vectors) {
      constexpr int kVectors = decltype(vectors)::value;
      Vector sum[kVectors] = {};
      for (std::int64_t e = 0; e < degree; ++e) {
        for (int n = 0; n < kVectors; ++n) {
          const std::int64_t here = at + n * kVectorLanes;
          sum[n] += line_forward<kRectify>(line, here, load(from + e * stride + here));
        }
      }
      const float count = static_cast<float>(degree > 0 ? degree : 1);
      for (int n = 0; n < kVectors; ++n)
        store(out.row(i - first_row) + at + n * kVectorLanes, sum[n] / count);
    });
  }
}

/// The largest h of a row's edges, from the float `at` on; `from` is y of the first of them.
template <bool kRectify>
Vector largest(const float* from, std::int64_t stride, std::int64_t degree, const RowLine& line,
               std::int64_t at) {
  if (degree == 0) return Vector{};
  Vector best = line_forward<kRectify>(line, at, load(from + at));
  for (std::int64_t e = 1; e < degree; ++e) {
    const Vector h = line_forward<kRectify>(line, at, load(from + e * stride + at));
    best = ((h > best) | (h != h)) ? h : best;
  }
  return best;
}

template <bool kRectify>
void max(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row, const RowLine& line,
         Rows out) {
  const std::int64_t stride = y.stride();
  for (std::int64_t i = first_row; i < last_row; ++i) {
    const float* from = y.row(edges.begin(i) - edges.begin(first_row));
    for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
      store(out.row(i - first_row) + at, largest<kRectify>(from, stride, edges.degree(i), line, at));
    }
  }
}

template <bool kRectify>
void spread_to_max(ConstRows y, ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last,
                   const RowLine& line, Rows dh) {
  const std::int64_t stride = y.stride();
  std::int64_t end = first;
  for (std::int64_t e = first; e < last; e = end) {
    const std::int64_t i = edges.sources[e];
    end = edges.begin(i + 1);
    const float* from = y.row(edges.begin(i));
    for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
      const Vector best = largest<kRectify>(from, stride, edges.degree(i), line, at);
      // What is given away is left as zeros for the edges behind.
      Vector left = load(dout.row(i) + at);
      for (std::int64_t other = edges.begin(i); other < std::min(end, last); ++other) {
        const auto taken = line_forward<kRectify>(line, at, load(y.row(other) + at)) == best;
        if (other >= first) store(dh.row(other - first) + at, taken ? left : Vector{});
        left = taken ? Vector{} : left;
      }
    }
  }
}

}  // namespace

void add_edge_moments(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                      RowMoments& moments) {
  add_moments_of(moments, last - first, SumsOfEnds(u, v, edges, first));
}

void gather_edges(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                  const RowLine* line, bool rectify, Rows h) {
  if (line == nullptr) {
    gather(u, v, edges, first, last, h, [](Vector y, std::int64_t) { return y; });
  } else if (rectify) {
    gather(u, v, edges, first, last, h,
           [l = *line](Vector y, std::int64_t at) { return line_forward<true>(l, at, y); });
  } else {
    gather(u, v, edges, first, last, h,
           [l = *line](Vector y, std::int64_t at) { return line_forward<false>(l, at, y); });
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
    scatter(u, v, dh, edges, du, dv, [](Vector, Vector gradient, std::int64_t) { return gradient; });
  } else if (rectify) {
    scatter(u, v, dh, edges, du, dv, [l = *line, b = *back](Vector y, Vector gradient, std::int64_t at) {
      return line_backward<true>(l, b, at, y, gradient);
    });
  } else {
    scatter(u, v, dh, edges, du, dv, [l = *line, b = *back](Vector y, Vector gradient, std::int64_t at) {
      return line_backward<false>(l, b, at, y, gradient);
    });
  }
}

void mean_of_edges(ConstRows y, const Edges& edges, std::int64_t first_row, std::int64_t last_row,
                   const RowLine& line, bool rectify, Rows out) {
  rectify ? mean<true>(y, edges, first_row, last_row, line, out)
          : mean<false>(y, edges, first_row, last_row, line, out);
}

void spread_mean(ConstRows dout, const Edges& edges, std::int64_t first, std::int64_t last, Rows dh) {
  const std::int64_t stride = dout.stride();
  std::int64_t end = first;
  for (std::int64_t e = first; e < last; e = end) {
    const std::int64_t i = edges.sources[e];
    end = std::min<std::int64_t>(edges.begin(i + 1), last);
    const float count = static_cast<float>(edges.degree(i));
    for (std::int64_t at = 0; at < stride; at += kVectorLanes) {
      const Vector share = load(dout.row(i) + at) / count;
      for (std::int64_t other = e; other < end; ++other) store(dh.row(other - first) + at, share);
    }
  }
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
