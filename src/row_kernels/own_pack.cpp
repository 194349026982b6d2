#include "kernels/blocks.hpp"
#include "row_kernels/own_product.hpp"

namespace jetrain::kernels::own {
namespace {

/// Of a matrix with weight(input, output), and zero in its padding.
template <class Weight>
void pack(const ProductShape& shape, Weight weight, float* packed) {
  const EvenBlocks panels(padded_channels(shape.outputs) / kVectorLanes, kPanelVectors);
  for (std::int64_t p = 0; p < panels.size(); ++p) {
    const std::int64_t first = panels.begin(p) * kVectorLanes;
    const std::int64_t width = panels.length(p) * kVectorLanes;
    for (std::int64_t i = 0; i < shape.inputs; ++i) {
      for (std::int64_t o = first; o < first + width; ++o)
        *packed++ = o < shape.outputs ? weight(i, o) : 0.0F;
    }
  }
}

}  // namespace

void pack_weights(const ProductShape& shape, const float* weights, float* packed) {
  pack(
      shape, [&](std::int64_t i, std::int64_t o) { return weights[i * shape.outputs + o]; }, packed);
}

void pack_transposed(const ProductShape& shape, const float* weights, float* packed) {
  pack(
      shape.transposed(), [&](std::int64_t o, std::int64_t i) { return weights[i * shape.outputs + o]; },
      packed);
}

}  // namespace jetrain::kernels::own
