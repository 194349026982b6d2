#pragma once

/// \file
/// The parts of `own_products` (product_backend.hpp).

#include "row_kernels/product.hpp"

namespace jetrain::kernels::own {

void multiply(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c);
void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias);

}  // namespace jetrain::kernels::own
