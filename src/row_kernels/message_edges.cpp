#include "row_kernels/message_edges.hpp"

#include <algorithm>

#include "kernels/scratch.hpp"
#include "row_kernels/channel_sums.hpp"
#include "row_kernels/row_line.hpp"
#include "row_kernels/row_moments.hpp"

namespace jetrain::kernels {
namespace {

/// Of tiles (row_line.hpp).
constexpr std::int64_t kTileRows = 32;

/// y of an edge, a vector from the float `at` on; edges are counted from `first`.
struct ValueOfEdge {
  const float *u, *v, *a, *b;
  std::int64_t stride;
  const float *norms, *dots;
  const std::int32_t *sources, *targets;

  ValueOfEdge(const MessageTerms& terms, std::int64_t first)
      : u(terms.u.data),
        v(terms.v.data),
        a(terms.a),
        b(terms.b),
        stride(terms.u.stride()),
        norms(terms.norms + first),
        dots(terms.dots + first),
        sources(terms.edges.sources + first),
        targets(terms.edges.targets + first) {}
  Vector operator()(std::int64_t edge, std::int64_t at) const {
    return with_weights(edge, at, load(a + at), load(b + at));
  }
  Vector with_weights(std::int64_t edge, std::int64_t at, Vector of_norm, Vector of_dot) const {
    const Vector ends = load(u + sources[edge] * stride + at) + load(v + targets[edge] * stride + at);
    return multiply_add(of_dot, broadcast(dots[edge]), multiply_add(of_norm, broadcast(norms[edge]), ends));
  }
};

}  // namespace

void add_message_moments(const MessageTerms& terms, std::int64_t first, std::int64_t last,
                         RowMoments& moments) {
  add_moments_of(moments, last - first, ValueOfEdge(terms, first));
}

void gather_messages(const MessageTerms& terms, std::int64_t first, std::int64_t last, const RowLine& line,
                     Rows h) {
  const std::int64_t stride = h.stride();
  const ValueOfEdge value(terms, first);
  for_each_tile<kForwardVectors>(last - first, stride, kTileRows,
                                 [&](std::int64_t begin, std::int64_t end, std::int64_t at, auto vectors) {
                                   constexpr int kVectors = decltype(vectors)::value;
                                   const LineForward<kVectors> channels(line, at);
                                   Vector of_norm[kVectors], of_dot[kVectors];
                                   for (int i = 0; i < kVectors; ++i) {
                                     of_norm[i] = load(terms.a + at + i * kVectorLanes);
                                     of_dot[i] = load(terms.b + at + i * kVectorLanes);
                                   }
                                   for (std::int64_t e = begin; e < end; ++e) {
                                     for (int i = 0; i < kVectors; ++i) {
                                       const std::int64_t here = at + i * kVectorLanes;
                                       const Vector y = value.with_weights(e, here, of_norm[i], of_dot[i]);
                                       store(h.data + e * stride + here,
                                             channels.template forward<true>(y, i));
                                     }
                                   }
                                 });
}

void message_line_sums(const MessageTerms& terms, ConstRows dh, std::int64_t first, std::int64_t last,
                       const RowLine& line, float* dgamma, float* dbeta) {
  add_line_sums<true>(last - first, dh, line, dgamma, dbeta, ValueOfEdge(terms, first));
}

void scatter_messages(const MessageTerms& terms, ConstRows dh, const RowLine& line, const RowLineBack& back,
                      const MessageGradients& gradients) {
  thread_local Scratch<float> memory;
  const std::int64_t width = dh.stride();
  const Channels channels(dh.channels);
  const ValueOfEdge value(terms, 0);
  float* const da = memory.reserve(2 * width);  // of one row's edges
  float* const db = da + width;
  std::fill_n(gradients.da, width, 0.0F);
  std::fill_n(gradients.db, width, 0.0F);
  std::fill_n(gradients.dv.data, gradients.dv.rows * width, 0.0F);
  for (std::int64_t row = 0; row < terms.edges.rows; ++row) {
    float* const du = gradients.du.row(row);
    std::fill_n(du, width, 0.0F);
    std::fill_n(da, 2 * width, 0.0F);
    for (std::int64_t e = terms.edges.begin(row); e < terms.edges.begin(row + 1); ++e) {
      float* const dv = gradients.dv.row(terms.edges.targets[e]);
      const float* const of_edge = dh.row(e);
      const Vector norm = broadcast(terms.norms[e]);
      const Vector dot = broadcast(terms.dots[e]);
      ChannelSum dnorm, ddot;
      channels.for_each([&](std::int64_t at, int part, auto real) {
        const LineBackward<1> channel(line, back, at);
        const Vector dy = real(channel.backward<true>(value(e, at), load(of_edge + at), 0));
        store(du + at, load(du + at) + dy);
        store(dv + at, load(dv + at) + dy);
        store(da + at, multiply_add(dy, norm, load(da + at)));
        store(db + at, multiply_add(dy, dot, load(db + at)));
        dnorm.parts[part] = multiply_add(dy, load(terms.a + at), dnorm.parts[part]);
        ddot.parts[part] = multiply_add(dy, load(terms.b + at), ddot.parts[part]);
      });
      gradients.dnorms[e] = dnorm.total();
      gradients.ddots[e] = ddot.total();
    }
    for (std::int64_t at = 0; at < width; at += kVectorLanes) {
      store(gradients.da + at, load(gradients.da + at) + load(da + at));
      store(gradients.db + at, load(gradients.db + at) + load(db + at));
    }
  }
}

}  // namespace jetrain::kernels
