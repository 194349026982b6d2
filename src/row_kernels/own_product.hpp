#pragma once

/// \file
/// The parts of `own_products` (product_backend.hpp).

#include "kernels/vector.hpp"
#include "row_kernels/product.hpp"

namespace jetrain::kernels::own {

/// Vectors of a panel: columns of B that stand together, an input behind the other, so that a block of rows
/// reads them as a stream. Packed weights are panels of about the same width.
inline constexpr int kPanelVectors = kManyRegisters ? 4 : 2;

/// Rows of C, or of dW, whose sums stay in registers beside so many vectors: 24 of 32 registers, 12 of 16.
/// A single vector wants more of them, or each sum would wait for the one before.
inline constexpr int kRowsMost = kManyRegisters ? 14 : 8;
constexpr int rows_beside(int vectors) noexcept {
  if (!kManyRegisters) return vectors == 1 ? 8 : 6;
  return vectors == 1 ? 14 : vectors == 2 ? 12 : vectors == 3 ? 8 : 6;
}

void pack_weights(const ProductShape& shape, const float* weights, float* packed);
void pack_transposed(const ProductShape& shape, const float* weights, float* packed);
void multiply(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c);
void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias);

}  // namespace jetrain::kernels::own
