#pragma once

#include "row_kernels/product.hpp"

namespace jetrain::kernels {

/// Who computes the products of product.hpp: by its contract, so that all give the same bits, but with packed
/// weights in a form of its own.
struct ProductBackend {
  void (*pack_weights)(const ProductShape& shape, const float* weights, float* packed);
  void (*pack_transposed)(const ProductShape& shape, const float* weights, float* packed);
  void (*multiply)(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c);
  void (*multiply_transposed)(ConstRows x, ConstRows dy, float* dweights, float* dbias);
};

/// Kernels of our own: the same bits with every vector width.
extern const ProductBackend own_products;

/// OpenBLAS' sgemm, called in the one way in which its AVX-512 kernels (SkylakeX, Cooperlake) keep the
/// contract's order: never with more terms than a pass has, and with outputs padded to 16, since small
/// products that are not go another way inside of it. Other kernels of it do not (product_self_test.hpp
/// looks). `openblas()` must have been found.
extern const ProductBackend openblas_products;

}  // namespace jetrain::kernels
