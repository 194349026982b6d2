#include "row_kernels/column_sums.hpp"

#include <algorithm>

#include "kernels/blocks.hpp"
#include "kernels/vector.hpp"
#include "row_kernels/product.hpp"

namespace jetrain::kernels {
namespace {

constexpr int kVectorsMost = 8;

struct Block {
  template <int Vectors>
  static void run(const float* from, std::int64_t stride, std::int64_t rows, float* to) {
    Vector sums[Vectors]{};
    for (std::int64_t r = 0; r < rows; ++r, from += stride) {
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums[v] += load(from + v * kVectorLanes);
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) store(to + v * kVectorLanes, load(to + v * kVectorLanes) + sums[v]);
  }
};

}  // namespace

void add_column_sums(ConstRows pass, float* sums) {
  const EvenBlocks blocks(pass.stride() / kVectorLanes, kVectorsMost);
  for (std::int64_t block = 0; block < blocks.size(); ++block) {
    const std::int64_t column = blocks.begin(block) * kVectorLanes;
    instantiation<Block, kVectorsMost>(blocks.length(block))(pass.data + column, pass.stride(), pass.rows,
                                                             sums + column);
  }
}

void column_sums(ConstRows rows, float* sums) {
  std::fill_n(sums, rows.stride(), 0.0F);
  for (std::int64_t first = 0; first < rows.rows; first += kTermsPerPass) {
    add_column_sums({rows.row(first), std::min(kTermsPerPass, rows.rows - first), rows.channels}, sums);
  }
}

}  // namespace jetrain::kernels
