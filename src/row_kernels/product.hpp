#pragma once

/// \file
/// Products of matrices in float32, a row a constituent, an edge or a pair.
///
/// The contract: which bits come out, whoever computes them (a backend, product_backend.hpp). A sum over k
/// terms is cut into passes of 256, the last one shorter. Within a pass the terms are added in order, one
/// fused multiply-add each, from zero. The sums of the passes are added in float32 in order, to zero or to
/// what C holds. So a row's result depends neither on the rows beside it nor on how many there are.
///
/// The caller packs weights once a step, for as many leaves as it likes.

#include <cstdint>

#include "row_kernels/rows.hpp"

namespace jetrain::kernels {

/// Terms that are summed from zero: rounding errors grow with the length of a pass, not with that of the sum.
inline constexpr std::int64_t kTermsPerPass = 256;

/// Of a matrix (inputs, outputs).
struct ProductShape {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;

  ProductShape transposed() const noexcept { return {outputs, inputs}; }
};

/// What is done to each value of a product while it is written, in this order.
struct Epilogue {
  const float* bias = nullptr;  ///< (outputs) is added; of any alignment
  bool accumulate = false;      ///< the product's passes are added to what C holds, instead of zero
  bool rectify = false;         ///< max(., 0), but NaN stays NaN
  const float* mask = nullptr;  ///< (rows, outputs) as C: 0 where it is not above 0
};

/// Floats that packed weights take, on a 64-byte border.
std::int64_t packed_floats(const ProductShape& shape) noexcept;

/// `weights` (inputs, outputs), row-major, of any alignment, as `multiply` wants them. Padding is zero.
void pack_weights(const ProductShape& shape, const float* weights, float* packed);

/// `weights` (inputs, outputs) as the matrix (outputs, inputs), for the gradient of the input,
/// dX = dY W^T. `packed` has packed_floats(shape.transposed()).
void pack_transposed(const ProductShape& shape, const float* weights, float* packed);

/// C = A B, and the epilogue: A (rows, inputs), B packed (inputs, outputs), C (rows, outputs). A's padding is
/// not read; C's becomes what columns of zeros give.
void multiply(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c);

/// The gradients of weights and bias: dW = X^T dY, and the sums of dY's columns, both over rows by the
/// contract. X (rows, inputs), dY (rows, outputs); dweights (inputs, padded outputs), 64-byte aligned, its
/// padding not to be read; dbias (padded outputs) likewise, or null.
void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias);

/// Only the sums of the columns: `sums` (padded channels), 64-byte aligned.
void column_sums(ConstRows rows, float* sums);

namespace reference {

/// The same by the contract's own words, with weights as they are: (inputs, outputs) row-major.
void multiply(ConstRows a, const float* weights, const Epilogue& epilogue, Rows c);
void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias);
void column_sums(ConstRows rows, float* sums);

}  // namespace reference
}  // namespace jetrain::kernels
