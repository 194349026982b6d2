#include "row_kernels/product.hpp"

#include "row_kernels/product_choice.hpp"

namespace jetrain::kernels {

std::int64_t packed_floats(const ProductShape& shape) noexcept {
  return shape.inputs * padded_channels(shape.outputs);
}

void pack_weights(const ProductShape& shape, const float* weights, float* packed) {
  products().backend->pack_weights(shape, weights, packed);
}

void pack_transposed(const ProductShape& shape, const float* weights, float* packed) {
  products().backend->pack_transposed(shape, weights, packed);
}

void multiply(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c) {
  products().backend->multiply(a, packed, epilogue, c);
}

void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias) {
  products().backend->multiply_transposed(x, dy, dweights, dbias);
}

}  // namespace jetrain::kernels
