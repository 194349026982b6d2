#include <algorithm>

#include "kernels/multiply_add.hpp"
#include "row_kernels/edge_rows.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels::reference {
namespace {

float y_of(ConstRows u, ConstRows v, const Edges& edges, std::int64_t edge, std::int64_t k) {
  return u.row(edges.sources[edge])[k] + v.row(edges.targets[edge])[k];
}

float forward(const RowLine& line, std::int64_t k, bool rectify, float y) {
  const float value = multiply_add(y, line.scale[k], line.shift[k]);
  return rectify && value < 0 ? 0 : value;
}

float gradient(const RowLine& line, std::int64_t k, bool rectify, float y, float dh) {
  return !rectify || multiply_add(y, line.scale[k], line.shift[k]) > 0 ? dh : 0;
}

/// Adds to `sum`, in passes, what add(edge, sum) adds to the sum of a pass.
template <class Add>
void sum_over_edges(std::int64_t first, std::int64_t last, float& sum, Add add) {
  for (std::int64_t begin = first; begin < last; begin += kPassRows) {
    float pass = 0;
    for (std::int64_t e = begin; e < std::min(last, begin + kPassRows); ++e) add(e, pass);
    sum += pass;
  }
}

}  // namespace

void add_edge_moments(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                      RowMoments& moments) {
  for (std::int64_t k = 0; k < moments.channels && first < last; ++k) {
    if (moments.rows == 0) {
      const std::int64_t end = std::min(last, first + kPassRows);
      float sum = 0;
      sum_over_edges(first, end, sum, [&](std::int64_t e, float& pass) { pass += y_of(u, v, edges, e, k); });
      moments.centre[k] = sum / static_cast<float>(end - first);
    }
    sum_over_edges(first, last, moments.sums[k],
                   [&](std::int64_t e, float& pass) { pass += y_of(u, v, edges, e, k) - moments.centre[k]; });
    sum_over_edges(first, last, moments.squares[k], [&](std::int64_t e, float& pass) {
      const float distance = y_of(u, v, edges, e, k) - moments.centre[k];
      pass = multiply_add(distance, distance, pass);
    });
  }
  moments.rows += last - first;
}

void gather_edges(ConstRows u, ConstRows v, const Edges& edges, std::int64_t first, std::int64_t last,
                  const RowLine* line, bool rectify, Rows h) {
  for (std::int64_t e = first; e < last; ++e) {
    for (std::int64_t k = 0; k < u.channels; ++k) {
      const float y = y_of(u, v, edges, e, k);
      h.row(e - first)[k] = line == nullptr ? y : forward(*line, k, rectify, y);
    }
  }
}

void edge_line_sums(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, std::int64_t first,
                    std::int64_t last, const RowLine& line, bool rectify, float* dgamma, float* dbeta) {
  for (std::int64_t k = 0; k < u.channels; ++k) {
    const auto gradient_of = [&](std::int64_t e) {
      return gradient(line, k, rectify, y_of(u, v, edges, e, k), dh.row(e - first)[k]);
    };
    sum_over_edges(first, last, dgamma[k], [&](std::int64_t e, float& pass) {
      pass = multiply_add(gradient_of(e), y_of(u, v, edges, e, k) - line.mean[k], pass);
    });
    sum_over_edges(first, last, dbeta[k], [&](std::int64_t e, float& pass) { pass += gradient_of(e); });
  }
}

void scatter_edges(ConstRows u, ConstRows v, ConstRows dh, const Edges& edges, const RowLine* line,
                   bool rectify, const RowLineBack* back, Rows du, Rows dv) {
  for (std::int64_t k = 0; k < u.channels; ++k) {
    for (std::int64_t r = 0; r < edges.rows; ++r) du.row(r)[k] = dv.row(r)[k] = 0;
    for (std::int64_t e = 0; e < edges.count(); ++e) {
      float dy = dh.row(e)[k];
      if (line != nullptr) {
        const float y = y_of(u, v, edges, e, k);
        const float common = multiply_add(y - line->mean[k], back->per_value[k], back->per_gradient[k]);
        dy = multiply_add(gradient(*line, k, rectify, y, dy), line->scale[k], common);
      }
      du.row(edges.sources[e])[k] += dy;
      dv.row(edges.targets[e])[k] += dy;
    }
  }
}

}  // namespace jetrain::kernels::reference
