#pragma once

/// \file
/// The products of product.hpp by kernels of our own: the same bits with every vector width.

#include "row_kernels/product.hpp"

namespace jetrain::kernels::own {

void pack_weights(const ProductShape& shape, const float* weights, float* packed);
void pack_transposed(const ProductShape& shape, const float* weights, float* packed);
void multiply(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c);
void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias);

}  // namespace jetrain::kernels::own
