#pragma once

/// \file
/// The products within one jet: C (rows, columns) = C0 + A B, columns in whole vectors of sixteen. A is read
/// number by number, each spread over a vector, so that it may stand transposed.

#include "kernels/blocks.hpp"
#include "kernels/multiply_add.hpp"

namespace jetrain::kernels {

/// A(r, t) = a[r * row_stride + t * term_stride].
struct SpreadMatrix {
  const float* a = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t term_stride = 0;
};

/// Blocks of sums that are held in registers, in vectors of the machine.
inline constexpr int kSmallProductRows = kManyRegisters ? 12 : 6;
inline constexpr int kSmallProductColumns = 2;

struct SmallProduct {
  std::int64_t terms;
  std::int64_t b_stride;
  std::int64_t c0_stride;
  std::int64_t c_stride;

  template <int Rows, int Columns>
  static void run(const SmallProduct& p, SpreadMatrix a, const float* b, const float* c0, float* c) {
    Vector sums[Rows][Columns];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < Columns; ++v) sums[r][v] = load(c0 + r * p.c0_stride + v * kVectorLanes);
    }
    // An address a row would take more registers than there are; three rows share one.
    const float* from[(Rows + 2) / 3];
    from[0] = a.a;
#pragma GCC unroll 16
    for (int group = 1; group < (Rows + 2) / 3; ++group) from[group] = from[group - 1] + 3 * a.row_stride;
    for (std::int64_t t = 0; t < p.terms; ++t) {
      Vector from_b[Columns];
#pragma GCC unroll 16
      for (int v = 0; v < Columns; ++v) from_b[v] = in_register(load(b + v * kVectorLanes));
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        Vector from_a = broadcast(from[r / 3][r % 3 * a.row_stride]);
        if constexpr (Columns > 1) from_a = in_register(from_a);
#pragma GCC unroll 16
        for (int v = 0; v < Columns; ++v) sums[r][v] = multiply_add(from_a, from_b[v], sums[r][v]);
      }
#pragma GCC unroll 16
      for (const float*& rows : from) rows += a.term_stride;
      b += p.b_stride;
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < Columns; ++v) store(c + r * p.c_stride + v * kVectorLanes, sums[r][v]);
    }
  }
};

struct alignas(64) AlignedZeros {
  float zeros[kSmallProductColumns * kVectorLanes] = {};
};

/// c = c0 + a b, over terms in order, one fused multiply-add each. c0 null: zero; c0 may be c. `columns` is a
/// multiple of 16; b, c0 and c stand on 64-byte borders.
inline void small_product(std::int64_t rows, std::int64_t columns, const SmallProduct& p, SpreadMatrix a,
                          const float* b, const float* c0, float* c) noexcept {
  if (rows == 0) return;
  static constexpr AlignedZeros kZeros{};
  const EvenBlocks across(columns / kVectorLanes, kSmallProductColumns);
  const EvenBlocks down(rows, kSmallProductRows);
  for (std::int64_t w = 0; w < across.size(); ++w) {
    const std::int64_t column = across.begin(w) * kVectorLanes;
    for (std::int64_t d = 0; d < down.size(); ++d) {
      const std::int64_t row = down.begin(d);
      const auto run = instantiation<SmallProduct, kSmallProductRows, kSmallProductColumns>(down.length(d),
                                                                                            across.length(w));
      const SpreadMatrix from{a.a + row * a.row_stride, a.row_stride, a.term_stride};
      if (c0 == nullptr) {
        run({p.terms, p.b_stride, 0, p.c_stride}, from, b + column, kZeros.zeros,
            c + row * p.c_stride + column);
      } else {
        run(p, from, b + column, c0 + row * p.c0_stride + column, c + row * p.c_stride + column);
      }
    }
  }
}

}  // namespace jetrain::kernels
