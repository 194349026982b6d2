#include "row_kernels/row_gelu.hpp"

#include <algorithm>

#include "kernels/vector_math.hpp"
#include "row_kernels/row_line.hpp"

namespace jetrain::kernels {
namespace {

/// c[0] + c[1] x + ... + c[5] x^5, of which no part waits long for another: three fused multiply-adds, one
/// behind the other, where Horner's rule has five.
struct PowersOf {
  Vector first, second, fourth;
  explicit PowersOf(Vector x) noexcept : first(x), second(x * x), fourth(second * second) {}
  Vector sum(float c0, float c1, float c2, float c3, float c4, float c5) const noexcept {
    const Vector low = multiply_add(first, broadcast(c1), broadcast(c0));
    const Vector middle = multiply_add(first, broadcast(c3), broadcast(c2));
    const Vector high = multiply_add(first, broadcast(c5), broadcast(c4));
    return multiply_add(fourth, high, multiply_add(second, middle, low));
  }
};

/// Phi(u) = 1/2 + u P(u^2) / Q(u^2), a minimax fit of 4e-9 on [-5.3, 5.3]; 0 below.
inline Vector share_below(Vector u) noexcept {
  const Vector end = broadcast(5.3F);
  const Vector from_below = u < -end ? -end : u;
  const Vector inside = from_below > end ? end : from_below;
  const PowersOf square(inside * inside);
  const Vector p =
      square.sum(0.398942254F, 3.29358095e-2F, 4.62799553e-3F, 1.6033487e-4F, 6.37907177e-6F, 2.40503141e-8F);
  const Vector q =
      square.sum(1.0F, 0.24922406F, 2.81388402e-2F, 1.83657347e-3F, 7.13524879e-5F, 1.23716953e-6F);
  const Vector share = inside * p / q + 0.5F;
  return u < -end ? Vector{} : share;
}

/// phi(u) = exp(-u^2 / 2) / sqrt(2 pi) = 2^-n 2^-f / sqrt(2 pi), n + f = u^2 / (2 ln 2), |f| <= 1/2; the
/// second power a minimax fit of 8e-8, relative. 2^-120 / sqrt(2 pi) beyond |u| = 12.9.
inline Vector density_at(Vector u) noexcept {
  const Vector square = u * u * 0.72134752F;
  const Vector halvings = square > broadcast(120.0F) ? broadcast(120.0F) : square;
  // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
  const Vector shifted = halvings + 12582912.0F;
  const PowersOf rest(halvings - (shifted - 12582912.0F));
  const Vector fraction =
      rest.sum(0.398942309F, -0.276525632F, 0.0958343922F, -0.0221441421F, 0.00385998252F, -0.000529654582F);
  return fraction * (Vector)(0x3f800000 - ((IntVector)shifted << 23));
}

inline Vector gelu(Vector u) noexcept {
  return u * share_below(u);
}

struct ValueAndSlope {
  Vector value;
  Vector slope;
};

inline ValueAndSlope gelu_and_slope(Vector u) noexcept {
  const Vector share = share_below(u);
  return {u * share, multiply_add(u, density_at(u), share)};
}

inline Vector on_line(Vector x, const RowLine& line, std::int64_t at) noexcept {
  return multiply_add(x, load(line.scale + at), load(line.shift + at));
}

/// The pairs of a leaf are more than the caches hold, and the processor's own reading ahead ends with each
/// page. So this asks for what is a page further on.
inline void read_ahead(const float* at) noexcept {
  __builtin_prefetch(at + 1024);
}

/// g = dy gelu'(u), and with kWantsValue y = gelu(u); dy and y begin with x.
template <bool kWantsValue>
void slopes(ConstRows x, const float* dy, const RowLine& line, float* y, Rows g) {
  const std::int64_t width = x.stride();
  for (std::int64_t row = 0; row < x.rows * width; row += width) {
    for (std::int64_t at = 0; at < width; at += kVectorLanes) {
      read_ahead(x.data + row + at);
      read_ahead(g.data + row + at);
      const ValueAndSlope result = gelu_and_slope(on_line(load(x.data + row + at), line, at));
      if constexpr (kWantsValue) store(y + row + at, result.value);
      store(g.data + row + at, load(dy + row + at) * result.slope);
    }
  }
}

}  // namespace

void row_line_gelu_forward(ConstRows x, const RowLine& line, Rows y) {
  const std::int64_t width = x.stride();
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float* const from = x.row(r);
    float* const to = y.row(r);
    for (std::int64_t at = 0; at < width; at += kVectorLanes) {
      read_ahead(from + at);
      store(to + at, gelu(on_line(load(from + at), line, at)));
    }
  }
}

void row_line_gelu_backward(ConstRows x, ConstRows dy, const RowLine& line, Rows y, Rows g, float* dgamma,
                            float* dbeta) {
  // A pass at a time: values first, then their sums from the cache; both at once want more registers than
  // there are, and take twice the time.
  for (std::int64_t begin = 0; begin < x.rows; begin += kPassRows) {
    const std::int64_t rows = std::min(kPassRows, x.rows - begin);
    const ConstRows values{x.row(begin), rows, x.channels};
    const Rows gradients{g.row(begin), rows, g.channels};
    if (y.data != nullptr) {
      slopes<true>(values, dy.row(begin), line, y.row(begin), gradients);
    } else {
      slopes<false>(values, dy.row(begin), line, nullptr, gradients);
    }
    add_line_sums<false>(rows, gradients, line, dgamma, dbeta,
                         [=](std::int64_t row, std::int64_t at) { return load(values.row(row) + at); });
  }
}

void row_gelu_forward(ConstRows x, Rows y) {
  for (std::int64_t i = 0; i < x.rows * x.stride(); i += kVectorLanes) {
    store(y.data + i, gelu(load(x.data + i)));
  }
}

void row_gelu_backward(ConstRows x, ConstRows dy, Rows dx) {
  for (std::int64_t i = 0; i < x.rows * x.stride(); i += kVectorLanes) {
    store(dx.data + i, load(dy.data + i) * gelu_and_slope(load(x.data + i)).slope);
  }
}

namespace reference {
namespace {

float value_of(float u) {
  return gelu(broadcast(u))[0];
}

float slope_of(float u) {
  return multiply_add(u, density_at(broadcast(u))[0], share_below(broadcast(u))[0]);
}

}  // namespace

void row_line_gelu_forward(ConstRows x, const RowLine& line, Rows y) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    for (std::int64_t k = 0; k < x.stride(); ++k) {
      y.row(r)[k] = value_of(multiply_add(x.row(r)[k], line.scale[k], line.shift[k]));
    }
  }
}

void row_line_gelu_backward(ConstRows x, ConstRows dy, const RowLine& line, Rows y, Rows g, float* dgamma,
                            float* dbeta) {
  for (std::int64_t k = 0; k < x.stride(); ++k) {
    for (std::int64_t begin = 0; begin < x.rows; begin += kPassRows) {
      float pass[2] = {};
      for (std::int64_t r = begin; r < x.rows && r < begin + kPassRows; ++r) {
        const float value = x.row(r)[k];
        const float u = multiply_add(value, line.scale[k], line.shift[k]);
        const float gradient = dy.row(r)[k] * slope_of(u);
        if (y.data != nullptr) y.row(r)[k] = value_of(u);
        g.row(r)[k] = gradient;
        pass[0] = multiply_add(gradient, value - line.mean[k], pass[0]);
        pass[1] += gradient;
      }
      dgamma[k] += pass[0];
      dbeta[k] += pass[1];
    }
  }
}

void row_gelu_forward(ConstRows x, Rows y) {
  for (std::int64_t i = 0; i < x.rows * x.stride(); ++i) y.data[i] = value_of(x.data[i]);
}

void row_gelu_backward(ConstRows x, ConstRows dy, Rows dx) {
  for (std::int64_t i = 0; i < x.rows * x.stride(); ++i) dx.data[i] = dy.data[i] * slope_of(x.data[i]);
}

}  // namespace reference

}  // namespace jetrain::kernels
