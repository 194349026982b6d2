#pragma once

/// \file
/// The sums of a pass of rows of X^T dY that stay in registers.

#include "core/checked_cast.hpp"
#include "kernels/multiply_add.hpp"
#include "row_kernels/own_product.hpp"

namespace jetrain::kernels::own {

/// Memory that the next pass will read, asked for beforehand: so much a row of this one. A pass stays in the
/// second-level cache, but the matrices of a leaf's edges do not.
struct Ahead {
  const float* from;
  std::int64_t floats_a_row;

  /// The share of one of `blocks` blocks.
  Ahead(ConstRows next, std::int64_t block, std::int64_t blocks, std::int64_t rows)
      : from(next.data + next.rows * next.stride() * block / blocks),
        floats_a_row(ceil_divide(next.rows * next.stride(), blocks * rows)) {}
};

/// Small blocks read so fast that the processor's own looking ahead is enough.
inline constexpr int kFewSums = 16;

/// Columns of one matrix as vectors, beside columns of the other as single factors.
struct WeightTask {
  const float* factors;  ///< (rows, factors)
  std::int64_t factors_stride;
  const float* vectors;  ///< (rows, vectors)
  std::int64_t vectors_stride;
  std::int64_t rows;
  Ahead factors_ahead;
  Ahead vectors_ahead;
  bool first;   ///< sums start from zero, else from what stands there
  float* sums;  ///< (factors, vectors)
  std::int64_t sums_stride;
};

struct WeightBlock {
  template <int Factors, int Vectors>
  static void run(const WeightTask& task) {
    if constexpr (Factors <= rows_beside(Vectors)) {
      Vector sums[Factors][Vectors]{};
      const float* factors = task.factors;
      const float* vectors = task.vectors;
      const float* factors_ahead = task.factors_ahead.from;
      const float* vectors_ahead = task.vectors_ahead.from;
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
        if (Factors * Vectors > kFewSums) {
          __builtin_prefetch(factors_ahead, 0, 2);
          __builtin_prefetch(vectors_ahead, 0, 2);
          factors_ahead += task.factors_ahead.floats_a_row;
          vectors_ahead += task.vectors_ahead.floats_a_row;
        }
        factors += task.factors_stride;
        vectors += task.vectors_stride;
      }
#pragma GCC unroll 16
      for (int f = 0; f < Factors; ++f) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
          float* to = task.sums + f * task.sums_stride + v * kVectorLanes;
          store(to, (task.first ? Vector{} : load(to)) + sums[f][v]);
        }
      }
    }
  }
};

}  // namespace jetrain::kernels::own
