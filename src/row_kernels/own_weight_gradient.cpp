#include <algorithm>

#include "kernels/blocks.hpp"
#include "kernels/multiply_add.hpp"
#include "row_kernels/column_sums.hpp"
#include "row_kernels/own_product.hpp"

namespace jetrain::kernels::own {
namespace {

/// Columns of one matrix as vectors, beside columns of the other as single factors: their products' sums over
/// a pass of rows stay in registers.
constexpr int kVectorsMost = kManyRegisters ? 4 : 2;
constexpr int kFactorsMost = kManyRegisters ? 14 : 8;
constexpr int factors_beside(int vectors) noexcept {
  if (!kManyRegisters) return vectors == 1 ? 8 : 6;
  return vectors == 1 ? 14 : vectors == 2 ? 12 : vectors == 3 ? 8 : 6;
}

struct Task {
  const float* factors;  ///< (rows, factors)
  std::int64_t factors_stride;
  const float* vectors;  ///< (rows, vectors)
  std::int64_t vectors_stride;
  std::int64_t rows;
  float* sums;  ///< (factors, kVectorsMost vectors)
};

struct Block {
  template <int Factors, int Vectors>
  static void run(const Task& task) {
    if constexpr (Factors <= factors_beside(Vectors)) {
      Vector sums[Factors][Vectors]{};
      const float* factors = task.factors;
      const float* vectors = task.vectors;
      for (std::int64_t r = 0; r < task.rows; ++r) {
        Vector b[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) b[v] = in_register(load(vectors + v * kVectorLanes));
#pragma GCC unroll 16
        for (int f = 0; f < Factors; ++f) {
          const Vector factor = broadcast(factors[f]);
#pragma GCC unroll 4
          for (int v = 0; v < Vectors; ++v) sums[f][v] = multiply_add(factor, b[v], sums[f][v]);
        }
        factors += task.factors_stride;
        vectors += task.vectors_stride;
      }
#pragma GCC unroll 16
      for (int f = 0; f < Factors; ++f) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
          store(task.sums + (f * kVectorsMost + v) * kVectorLanes, sums[f][v]);
        }
      }
    }
  }
};

/// One pass: calls add(factor, first column, sums of so many columns) for each column of `factors`.
template <class Add>
void sum_pass(ConstRows factors, ConstRows vectors, Add add) {
  alignas(64) float sums[kFactorsMost * kVectorsMost * kVectorLanes];
  const EvenBlocks panels(vectors.stride() / kVectorLanes, kVectorsMost);
  for (std::int64_t p = 0; p < panels.size(); ++p) {
    const std::int64_t column = panels.begin(p) * kVectorLanes;
    const std::int64_t width = panels.length(p);
    const EvenBlocks blocks(factors.channels, factors_beside(static_cast<int>(width)));
    for (std::int64_t block = 0; block < blocks.size(); ++block) {
      const std::int64_t factor = blocks.begin(block);
      instantiation<Block, kFactorsMost, kVectorsMost>(blocks.length(block),
                                                       width)({.factors = factors.data + factor,
                                                               .factors_stride = factors.stride(),
                                                               .vectors = vectors.data + column,
                                                               .vectors_stride = vectors.stride(),
                                                               .rows = factors.rows,
                                                               .sums = sums});
      for (std::int64_t f = 0; f < blocks.length(block); ++f) {
        add(factor + f, column, sums + f * kVectorsMost * kVectorLanes, width * kVectorLanes);
      }
    }
  }
}

ConstRows pass_of(ConstRows rows, std::int64_t first) {
  return {rows.row(first), std::min(kTermsPerPass, rows.rows - first), rows.channels};
}

}  // namespace

void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias) {
  std::fill_n(dweights, x.channels * dy.stride(), 0.0F);
  if (dbias != nullptr) std::fill_n(dbias, dy.stride(), 0.0F);
  // Either matrix may be the one whose columns are vectors: where one has few, few vectors are half empty.
  const bool exchanged = dy.channels * x.stride() < x.channels * dy.stride();
  for (std::int64_t first = 0; first < x.rows; first += kTermsPerPass) {
    if (exchanged) {
      sum_pass(pass_of(dy, first), pass_of(x, first),
               [&](std::int64_t output, std::int64_t input, const float* sums, std::int64_t count) {
                 count = std::min(count, x.channels - input);
                 for (std::int64_t i = 0; i < count; ++i)
                   dweights[(input + i) * dy.stride() + output] += sums[i];
               });
    } else {
      sum_pass(pass_of(x, first), pass_of(dy, first),
               [&](std::int64_t input, std::int64_t output, const float* sums, std::int64_t count) {
                 float* to = dweights + input * dy.stride() + output;
                 for (std::int64_t o = 0; o < count; o += kVectorLanes)
                   store(to + o, load(to + o) + load(sums + o));
               });
    }
    if (dbias != nullptr) add_column_sums(pass_of(dy, first), dbias);
  }
}

}  // namespace jetrain::kernels::own
