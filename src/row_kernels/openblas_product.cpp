#include <algorithm>

#include "core/checked_cast.hpp"
#include "kernels/scratch.hpp"
#include "kernels/vector.hpp"
#include "row_kernels/column_sums.hpp"
#include "row_kernels/openblas.hpp"
#include "row_kernels/product_backend.hpp"

namespace jetrain::kernels {
namespace {

// cblas.h
constexpr int kRowMajor = 101;
constexpr int kAsItIs = 111;
constexpr int kTransposed = 112;

/// C = op(A) B + beta C. A is (m, k) or, transposed, (k, m).
void sgemm(int op_a, std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t a_stride,
           const float* b, std::int64_t b_stride, float beta, float* c, std::int64_t c_stride) {
  openblas().sgemm(kRowMajor, op_a, kAsItIs, checked_cast<int>(m), checked_cast<int>(n), checked_cast<int>(k),
                   1.0F, a, checked_cast<int>(a_stride), b, checked_cast<int>(b_stride), beta, c,
                   checked_cast<int>(c_stride));
}

void finish(const Epilogue& epilogue, Rows c) {
  static thread_local Scratch<float> bias_scratch;
  const std::int64_t stride = c.stride();
  float* bias = bias_scratch.reserve(stride);
  std::fill_n(bias, stride, 0.0F);
  if (epilogue.bias != nullptr) std::copy_n(epilogue.bias, c.channels, bias);
  for (std::int64_t row = 0; row < c.rows; ++row) {
    for (std::int64_t column = 0; column < stride; column += kVectorLanes) {
      const std::int64_t at = row * stride + column;
      Vector value = load(c.data + at) + Vector{} + load(bias + column);  // -0 becomes 0 before the bias
      if (epilogue.rectify) value = relu(value);
      if (epilogue.mask != nullptr) value = where_positive(load(epilogue.mask + at), value);
      store(c.data + at, value);
    }
  }
}

void pack_rows(const ProductShape& shape, const float* weights, float* packed) {
  const std::int64_t stride = padded_channels(shape.outputs);
  std::fill_n(packed, packed_floats(shape), 0.0F);
  for (std::int64_t i = 0; i < shape.inputs; ++i) {
    std::copy_n(weights + i * shape.outputs, shape.outputs, packed + i * stride);
  }
}

void pack_columns(const ProductShape& shape, const float* weights, float* packed) {
  const std::int64_t stride = padded_channels(shape.inputs);
  std::fill_n(packed, packed_floats(shape.transposed()), 0.0F);
  for (std::int64_t i = 0; i < shape.inputs; ++i) {
    for (std::int64_t o = 0; o < shape.outputs; ++o) packed[o * stride + i] = weights[i * shape.outputs + o];
  }
}

void multiply_by_sgemm(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c) {
  if (a.rows == 0) return;
  for (std::int64_t i = 0; i < a.channels; i += kTermsPerPass) {
    sgemm(kAsItIs, a.rows, c.stride(), std::min(kTermsPerPass, a.channels - i), a.data + i, a.stride(),
          packed + i * c.stride(), c.stride(), epilogue.accumulate || i > 0 ? 1.0F : 0.0F, c.data,
          c.stride());
  }
  finish(epilogue, c);
}

void multiply_transposed_by_sgemm(ConstRows x, ConstRows dy, float* dweights, float* dbias) {
  std::fill_n(dweights, x.channels * dy.stride(), 0.0F);
  for (std::int64_t row = 0; row < x.rows; row += kTermsPerPass) {
    sgemm(kTransposed, x.channels, dy.stride(), std::min(kTermsPerPass, x.rows - row), x.row(row), x.stride(),
          dy.row(row), dy.stride(), 1.0F, dweights, dy.stride());
  }
  if (dbias != nullptr) column_sums(dy, dbias);
}

}  // namespace

const ProductBackend openblas_products{pack_rows, pack_columns, multiply_by_sgemm,
                                       multiply_transposed_by_sgemm};

}  // namespace jetrain::kernels
