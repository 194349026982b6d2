#include "row_kernels/row_scale.hpp"

#include "kernels/multiply_add.hpp"
#include "row_kernels/row_sums.hpp"

namespace jetrain::kernels {

void row_scale_forward(ConstRows x, const float* scale, ConstRows z, Rows y) {
  const std::int64_t width = x.stride();
  for (std::int64_t r = 0; r < x.rows; ++r) {
    for (std::int64_t at = 0; at < width; at += kVectorLanes) {
      store(y.row(r) + at, multiply_add(load(x.row(r) + at), load(scale + at), load(z.row(r) + at)));
    }
  }
}

void row_scale_backward(ConstRows x, const float* scale, ConstRows dy, Rows dx, float* dscale) {
  sum_over_rows<1>(x.rows, x.stride(), {dscale},
                   [=](std::int64_t row, std::int64_t at, std::array<Vector, 1>& pass) {
                     const Vector gradient = load(dy.row(row) + at);
                     pass[0] = multiply_add(gradient, load(x.row(row) + at), pass[0]);
                     store(dx.row(row) + at, gradient * load(scale + at));
                   });
}

namespace reference {

void row_scale_forward(ConstRows x, const float* scale, ConstRows z, Rows y) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    for (std::int64_t k = 0; k < x.stride(); ++k) {
      y.row(r)[k] = multiply_add(x.row(r)[k], scale[k], z.row(r)[k]);
    }
  }
}

void row_scale_backward(ConstRows x, const float* scale, ConstRows dy, Rows dx, float* dscale) {
  for (std::int64_t k = 0; k < x.stride(); ++k) {
    for (std::int64_t begin = 0; begin < x.rows; begin += kPassRows) {
      float pass = 0;
      for (std::int64_t r = begin; r < x.rows && r < begin + kPassRows; ++r) {
        const float gradient = dy.row(r)[k];
        pass = multiply_add(gradient, x.row(r)[k], pass);
        dx.row(r)[k] = gradient * scale[k];
      }
      dscale[k] += pass;
    }
  }
}

}  // namespace reference

}  // namespace jetrain::kernels
