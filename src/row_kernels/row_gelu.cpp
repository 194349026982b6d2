#include "row_kernels/row_gelu.hpp"

#include "kernels/vector_math.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {
namespace {

/// Phi(u) = 1/2 + u P(u^2) / Q(u^2), a minimax fit of 4e-9 on [-5.3, 5.3]; 0 below.
inline Vector share_below(Vector u) noexcept {
  const Vector end = broadcast(5.3F);
  const Vector from_below = u < -end ? -end : u;
  const Vector inside = from_below > end ? end : from_below;
  const Vector square = inside * inside;
  const Vector p = polynomial(square, 2.40503141e-8F, 6.37907177e-6F, 1.6033487e-4F, 4.62799553e-3F,
                              3.29358095e-2F, 0.398942254F);
  const Vector q =
      polynomial(square, 1.23716953e-6F, 7.13524879e-5F, 1.83657347e-3F, 2.81388402e-2F, 0.24922406F, 1.0F);
  const Vector share = inside * p / q + 0.5F;
  return u < -end ? Vector{} : share;
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
  return {u * share, multiply_add(u, normal_density(u), share)};
}

inline Vector on_line(Vector x, const RowLine& line, std::int64_t at) noexcept {
  return multiply_add(x, load(line.scale + at), load(line.shift + at));
}

}  // namespace

void row_line_gelu_forward(ConstRows x, const RowLine& line, Rows y) {
  const std::int64_t width = x.stride();
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float* const from = x.row(r);
    float* const to = y.row(r);
    for (std::int64_t at = 0; at < width; at += kVectorLanes) {
      store(to + at, gelu(on_line(load(from + at), line, at)));
    }
  }
}

void row_line_gelu_backward(ConstRows x, ConstRows dy, const RowLine& line, Rows y, Rows g, float* dgamma,
                            float* dbeta) {
  const bool wants_y = y.data != nullptr;
  sum_over_rows<2>(x.rows, x.stride(), {dgamma, dbeta},
                   [=](std::int64_t row, std::int64_t at, std::array<Vector, 2>& pass) {
                     const Vector value = load(x.row(row) + at);
                     const ValueAndSlope result = gelu_and_slope(on_line(value, line, at));
                     const Vector gradient = load(dy.row(row) + at) * result.slope;
                     if (wants_y) store(y.row(row) + at, result.value);
                     store(g.row(row) + at, gradient);
                     pass[0] = multiply_add(gradient, value - load(line.mean + at), pass[0]);
                     pass[1] += gradient;
                   });
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
  return multiply_add(u, normal_density(broadcast(u))[0], share_below(broadcast(u))[0]);
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
