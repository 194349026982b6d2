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
  bool first;   ///< sums start from zero, else from what stands there
  float* sums;  ///< (factors, vectors)
  std::int64_t sums_stride;
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
          float* to = task.sums + f * task.sums_stride + v * kVectorLanes;
          store(to, (task.first ? Vector{} : load(to)) + sums[f][v]);
        }
      }
    }
  }
};

/// A pass's columns as vectors, packed: they stay in the first-level cache, which rows that are powers of two
/// apart would not.
class Panel {
 public:
  Panel(ConstRows rows, std::int64_t column, std::int64_t vectors, bool pack) {
    if (!pack) {
      data = rows.data + column;
      stride = rows.stride();
      return;
    }
    stride = vectors * kVectorLanes;
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      for (std::int64_t v = 0; v < stride; v += kVectorLanes)
        store(packed_ + r * stride + v, load(rows.row(r) + column + v));
    }
    data = packed_;
  }

  const float* data;
  std::int64_t stride;

 private:
  alignas(64) float packed_[kTermsPerPass * kVectorsMost * kVectorLanes];
};

/// Factors from which on a panel is worth being packed.
constexpr std::int64_t kPackFactors = 96;

/// The sums over one pass of all products of a column of `factors` and one of `vectors`, each in one place:
/// `place(factor, column)` says where a block begins, and `done` is told what it then holds.
struct Sums {
  float* data;
  std::int64_t stride;
};
template <class Place, class Done>
void sum_pass(ConstRows factors, ConstRows vectors, bool first, Place place, Done done) {
  const bool pack = factors.channels >= kPackFactors;
  const EvenBlocks panels(vectors.stride() / kVectorLanes, kVectorsMost);
  for (std::int64_t p = 0; p < panels.size(); ++p) {
    const std::int64_t column = panels.begin(p) * kVectorLanes;
    const std::int64_t width = panels.length(p);
    const Panel panel(vectors, column, width, pack);
    const EvenBlocks blocks(factors.channels, factors_beside(static_cast<int>(width)));
    for (std::int64_t block = 0; block < blocks.size(); ++block) {
      const std::int64_t factor = blocks.begin(block);
      const Sums sums = place(factor, column);
      instantiation<Block, kFactorsMost, kVectorsMost>(blocks.length(block),
                                                       width)({.factors = factors.data + factor,
                                                               .factors_stride = factors.stride(),
                                                               .vectors = panel.data,
                                                               .vectors_stride = panel.stride,
                                                               .rows = factors.rows,
                                                               .first = first,
                                                               .sums = sums.data,
                                                               .sums_stride = sums.stride});
      done(factor, blocks.length(block), column, width * kVectorLanes);
    }
  }
}

ConstRows pass_of(ConstRows rows, std::int64_t first) {
  return {rows.row(first), std::min(kTermsPerPass, rows.rows - first), rows.channels};
}

void add_pass(ConstRows x, ConstRows dy, bool first, float* dweights) {
  sum_pass(
      x, dy, first,
      [&](std::int64_t input, std::int64_t output) {
        return Sums{dweights + input * dy.stride() + output, dy.stride()};
      },
      [](auto...) {});
}

/// The same with the outputs' gradients as factors: sums come out transposed.
void add_pass_exchanged(ConstRows x, ConstRows dy, bool first, float* dweights) {
  constexpr std::int64_t kStride = kVectorsMost * kVectorLanes;
  alignas(64) float sums[kFactorsMost * kStride];
  sum_pass(
      dy, x, true,
      [&](std::int64_t, std::int64_t) {
        return Sums{sums, kStride};
      },
      [&](std::int64_t output, std::int64_t outputs, std::int64_t input, std::int64_t inputs) {
        inputs = std::min(inputs, x.channels - input);
        for (std::int64_t i = 0; i < inputs; ++i) {
          float* to = dweights + (input + i) * dy.stride() + output;
          for (std::int64_t o = 0; o < outputs; ++o) to[o] = (first ? 0.0F : to[o]) + sums[o * kStride + i];
        }
      });
}

}  // namespace

void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias) {
  if (x.rows == 0) std::fill_n(dweights, x.channels * dy.stride(), 0.0F);
  if (dbias != nullptr) std::fill_n(dbias, dy.stride(), 0.0F);
  // Either matrix may be the one whose columns are vectors; of one with few columns, vectors are half empty.
  const bool exchanged = dy.channels * x.stride() < x.channels * dy.stride();
  for (std::int64_t row = 0; row < x.rows; row += kTermsPerPass) {
    const ConstRows dy_pass = pass_of(dy, row);
    (exchanged ? add_pass_exchanged : add_pass)(pass_of(x, row), dy_pass, row == 0, dweights);
    if (dbias != nullptr) add_column_sums(dy_pass, dbias);
  }
}

}  // namespace jetrain::kernels::own
