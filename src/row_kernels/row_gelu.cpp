#include "row_kernels/row_gelu.hpp"

#include "kernels/vector_math.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {
namespace {

struct ValueAndSlope {
  Vector value;
  Vector slope;
};

/// normal_share of vector_math.hpp, of which the exponential is the density's, too.
inline ValueAndSlope gelu(Vector u) noexcept {
  const Vector z = u * 0.70710678F;
  const Vector size = z < Vector{} ? -z : z;
  const Vector t = 1.0F / multiply_add(broadcast(0.3275911F), size, broadcast(1.0F));
  const Vector sum = polynomial(t, 1.061405429F, -1.453152027F, 1.421413741F, -0.284496736F, 0.254829592F);
  const Vector exponential = exponential_below_zero(-(size * size));
  const Vector tail = 0.5F * (sum * t) * exponential;
  const Vector share = z < Vector{} ? tail : 1.0F - tail;
  return {u * share, multiply_add(u, 0.39894228F * exponential, share)};
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
      store(to + at, gelu(on_line(load(from + at), line, at)).value);
    }
  }
}

void row_line_gelu_backward(ConstRows x, ConstRows dy, const RowLine& line, Rows y, Rows g, float* dgamma,
                            float* dbeta) {
  const bool wants_y = y.data != nullptr;
  sum_over_rows<2>(x.rows, x.stride(), {dgamma, dbeta},
                   [=](std::int64_t row, std::int64_t at, std::array<Vector, 2>& pass) {
                     const Vector value = load(x.row(row) + at);
                     const ValueAndSlope result = gelu(on_line(value, line, at));
                     const Vector gradient = load(dy.row(row) + at) * result.slope;
                     if (wants_y) store(y.row(row) + at, result.value);
                     store(g.row(row) + at, gradient);
                     pass[0] = multiply_add(gradient, value - load(line.mean + at), pass[0]);
                     pass[1] += gradient;
                   });
}

void row_gelu_forward(ConstRows x, Rows y) {
  for (std::int64_t i = 0; i < x.rows * x.stride(); i += kVectorLanes) {
    store(y.data + i, gelu(load(x.data + i)).value);
  }
}

void row_gelu_backward(ConstRows x, ConstRows dy, Rows dx) {
  for (std::int64_t i = 0; i < x.rows * x.stride(); i += kVectorLanes) {
    store(dx.data + i, load(dy.data + i) * gelu(load(x.data + i)).slope);
  }
}

namespace reference {
namespace {

float value_of(float u) {
  return u * normal_share(broadcast(u))[0];
}

float slope_of(float u) {
  const float z = u * 0.70710678F;
  const float density = 0.39894228F * exponential(broadcast(-(z * z)))[0];
  return multiply_add(u, density, normal_share(broadcast(u))[0]);
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
