#include "row_kernels/messages.hpp"

#include <algorithm>

#include "kernels/vector_math.hpp"
#include "row_kernels/channel_sums.hpp"
#include "row_kernels/row_line.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {
namespace {

/// A number of x_i - x_j.
float difference(const float* from, const float* to, std::int64_t k) {
  return (from[k] - to[k]) + (from[kMomentum + k] - to[kMomentum + k]);
}

/// Four vectors of channels at a time, edge after edge.
template <class Visit>
void for_each_vector(ConstRows m, const Visit& visit) {
  constexpr std::int64_t kTileRows = 32;
  for_each_tile<kForwardVectors>(m.rows, m.stride(), kTileRows,
                                 [&](std::int64_t first, std::int64_t last, std::int64_t at, auto vectors) {
                                   for (std::int64_t e = first; e < last; ++e) {
                                     for (int i = 0; i < vectors; ++i) visit(e, at + i * kVectorLanes);
                                   }
                                 });
}

}  // namespace

void row_dots(ConstRows x, const float* w, float bias, float* dots) {
  const Channels channels(x.channels);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    ChannelSum sum;
    const float* const row = x.row(r);
    channels.for_each([&](std::int64_t at, int part, auto real) {
      sum.parts[part] = multiply_add(real(load(row + at)), load(w + at), sum.parts[part]);
    });
    dots[r] = sum.total() + bias;
  }
}

void row_dots_backward(ConstRows x, const float* w, const float* ddots, Rows dx, float* dw, float* dbias) {
  sum_over_rows<1>(x.rows, x.stride(), {dw},
                   [=](std::int64_t r, std::int64_t at, std::array<Vector, 1>& pass) {
                     const Vector value = load(x.row(r) + at);
                     const Vector gradient = broadcast(ddots[r]);
                     pass[0] = multiply_add(gradient, value, pass[0]);
                     store(dx.row(r) + at, where_positive(value, gradient * load(w + at)));
                   });
  if (dbias == nullptr) return;
  for (std::int64_t first = 0; first < x.rows; first += kPassRows) {
    float pass = 0;
    for (std::int64_t r = first; r < x.rows && r < first + kPassRows; ++r) pass += ddots[r];
    *dbias += pass;
  }
}

void sigmoid_values(std::int64_t count, float* values) {
  for (std::int64_t at = 0; at < count; at += kVectorLanes) store(values + at, sigmoid(load(values + at)));
}

void sum_messages(ConstRows m, const float* gates, const Edges& edges, std::int64_t first, Rows s) {
  for_each_vector(m, [&](std::int64_t e, std::int64_t at) {
    float* const sum = s.row(edges.sources[first + e]) + at;
    store(sum, multiply_add(load(m.row(e) + at), broadcast(gates[e]), load(sum)));
  });
}

void gate_gradients(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                    float* dlogits) {
  const Channels channels(m.channels);
  for (std::int64_t e = 0; e < m.rows; ++e) {
    ChannelSum sum;
    const float* const row = m.row(e);
    const float* const gradient = ds.row(edges.sources[first + e]);
    channels.for_each([&](std::int64_t at, int part, auto real) {
      sum.parts[part] = multiply_add(real(load(row + at)), real(load(gradient + at)), sum.parts[part]);
    });
    dlogits[e] = sum.total() * (gates[e] * (1.0F - gates[e]));
  }
}

void spread_messages(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                     Rows dm) {
  for_each_vector(m, [&](std::int64_t e, std::int64_t at) {
    float* const to = dm.row(e) + at;
    const Vector gradient = load(ds.row(edges.sources[first + e]) + at);
    store(to, where_positive(load(m.row(e) + at), multiply_add(gradient, broadcast(gates[e]), load(to))));
  });
}

void sum_moves(ConstRows x, const float* c, const Edges& edges, std::int64_t first, std::int64_t count,
               Rows d) {
  for (std::int64_t e = 0; e < count; ++e) {
    const float* const from = x.row(edges.sources[first + e]);
    const float* const to = x.row(edges.targets[first + e]);
    float* const sum = d.row(edges.sources[first + e]);
    for (std::int64_t k = 0; k < kMomentum; ++k) sum[k] = multiply_add(difference(from, to, k), c[e], sum[k]);
  }
}

void sum_moves_backward(ConstRows x, const float* c, ConstRows dd, const Edges& edges, std::int64_t first,
                        std::int64_t count, float* dc, Rows dx) {
  for (std::int64_t e = 0; e < count; ++e) {
    const std::int64_t source = edges.sources[first + e];
    const std::int64_t target = edges.targets[first + e];
    const float* const gradient = dd.row(source);
    float sum = 0;
    for (std::int64_t k = 0; k < kMomentum; ++k) {
      sum = multiply_add(gradient[k], difference(x.row(source), x.row(target), k), sum);
      dx.row(source)[k] = multiply_add(gradient[k], c[e], dx.row(source)[k]);
      dx.row(target)[k] = multiply_add(-gradient[k], c[e], dx.row(target)[k]);
    }
    dc[e] = sum;
  }
}

namespace {

/// Of the sum over a row's edges.
float share(const Edges& edges, std::int64_t row, float step) {
  const std::int64_t degree = edges.degree(row);
  return degree == 0 ? 0.0F : step / static_cast<float>(degree);
}

}  // namespace

void move_rows(ConstRows x, ConstRows d, const Edges& edges, float step, Rows y) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    std::copy_n(x.row(r), x.stride(), y.row(r));
    float* const moved = y.row(r) + kMomentum;
    const float of_sum = share(edges, r, step);
    for (std::int64_t k = 0; k < kMomentum; ++k) moved[k] = multiply_add(of_sum, d.row(r)[k], moved[k]);
  }
}

void move_rows_backward(ConstRows dy, const Edges& edges, float step, Rows dd) {
  for (std::int64_t r = 0; r < dy.rows; ++r) {
    const float of_sum = share(edges, r, step);
    for (std::int64_t k = 0; k < dy.stride(); ++k) dd.row(r)[k] = of_sum * dy.row(r)[k];
  }
}

namespace reference {
namespace {

/// Sixteen partial sums over channels.
float dot(const float* x, const float* w, std::int64_t channels) {
  float parts[kLanes] = {};
  for (std::int64_t k = 0; k < channels; ++k) {
    parts[k % kLanes] = multiply_add(x[k], w[k], parts[k % kLanes]);
  }
  return sum_of_lanes(parts);
}

}  // namespace

void row_dots(ConstRows x, const float* w, float bias, float* dots) {
  for (std::int64_t r = 0; r < x.rows; ++r) dots[r] = dot(x.row(r), w, x.channels) + bias;
}

void row_dots_backward(ConstRows x, const float* w, const float* ddots, Rows dx, float* dw, float* dbias) {
  for (std::int64_t first = 0; first < x.rows; first += kPassRows) {
    const std::int64_t last = x.rows - first < kPassRows ? x.rows : first + kPassRows;
    float bias = 0;
    for (std::int64_t r = first; r < last; ++r) bias += ddots[r];
    if (dbias != nullptr) *dbias += bias;
    for (std::int64_t k = 0; k < x.channels; ++k) {
      float pass = 0;
      for (std::int64_t r = first; r < last; ++r) {
        pass = multiply_add(ddots[r], x.row(r)[k], pass);
        dx.row(r)[k] = x.row(r)[k] > 0 ? ddots[r] * w[k] : 0;
      }
      dw[k] += pass;
    }
  }
}

void sigmoid_values(std::int64_t count, float* values) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = sigmoid(broadcast(values[i]))[0];
}

void sum_messages(ConstRows m, const float* gates, const Edges& edges, std::int64_t first, Rows s) {
  for (std::int64_t e = 0; e < m.rows; ++e) {
    float* const sum = s.row(edges.sources[first + e]);
    for (std::int64_t k = 0; k < m.channels; ++k) sum[k] = multiply_add(m.row(e)[k], gates[e], sum[k]);
  }
}

void gate_gradients(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                    float* dlogits) {
  for (std::int64_t e = 0; e < m.rows; ++e) {
    dlogits[e] = dot(m.row(e), ds.row(edges.sources[first + e]), m.channels) * (gates[e] * (1.0F - gates[e]));
  }
}

void spread_messages(ConstRows m, const float* gates, ConstRows ds, const Edges& edges, std::int64_t first,
                     Rows dm) {
  for (std::int64_t e = 0; e < m.rows; ++e) {
    for (std::int64_t k = 0; k < m.channels; ++k) {
      const float sum = multiply_add(ds.row(edges.sources[first + e])[k], gates[e], dm.row(e)[k]);
      dm.row(e)[k] = m.row(e)[k] > 0 ? sum : 0;
    }
  }
}

}  // namespace reference

}  // namespace jetrain::kernels
