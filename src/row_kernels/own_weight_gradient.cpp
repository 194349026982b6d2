#include <algorithm>

#include "kernels/blocks.hpp"
#include "row_kernels/column_sums.hpp"
#include "row_kernels/own_weight_block.hpp"

namespace jetrain::kernels::own {
namespace {

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
  alignas(64) float packed_[kTermsPerPass * kPanelVectors * kVectorLanes];
};

/// Factors from which on a panel is worth being packed.
constexpr std::int64_t kPackFactors = 96;

/// The rows of the pass that begins there; none behind the last one.
ConstRows pass_of(ConstRows rows, std::int64_t first) {
  first = std::min(first, rows.rows);
  return {rows.row(first), std::min(kTermsPerPass, rows.rows - first), rows.channels};
}

/// Where the sums of a block stand, (factors, columns).
struct Sums {
  float* data;
  std::int64_t stride;
};

/// Adds the products of a column of `factors` and one of `vectors` over the pass that begins at `row`: each
/// block to where place(factor, column) says, from zero where `first`; then done(factor, factors, column,
/// columns) is called.
template <class Place, class Done>
void sum_pass(ConstRows factors, ConstRows vectors, std::int64_t row, bool first, Place place, Done done) {
  const ConstRows next_factors = pass_of(factors, row + kTermsPerPass);
  const ConstRows next_vectors = pass_of(vectors, row + kTermsPerPass);
  factors = pass_of(factors, row);
  vectors = pass_of(vectors, row);
  const bool pack = factors.channels >= kPackFactors;
  const EvenBlocks panels(vectors.stride() / kVectorLanes, kPanelVectors);
  for (std::int64_t p = 0; p < panels.size(); ++p) {
    const std::int64_t column = panels.begin(p) * kVectorLanes;
    const std::int64_t width = panels.length(p);
    const Panel panel(vectors, column, width, pack);
    const EvenBlocks blocks(factors.channels, rows_beside(static_cast<int>(width)));
    const std::int64_t all_blocks = panels.size() * blocks.size();
    for (std::int64_t block = 0; block < blocks.size(); ++block) {
      const std::int64_t factor = blocks.begin(block);
      const std::int64_t before = p * blocks.size() + block;
      const Sums sums = place(factor, column);
      instantiation<WeightBlock, kRowsMost, kPanelVectors>(
          blocks.length(block), width)({.factors = factors.data + factor,
                                        .factors_stride = factors.stride(),
                                        .vectors = panel.data,
                                        .vectors_stride = panel.stride,
                                        .rows = factors.rows,
                                        .factors_ahead = {next_factors, before, all_blocks, factors.rows},
                                        .vectors_ahead = {next_vectors, before, all_blocks, factors.rows},
                                        .first = first,
                                        .sums = sums.data,
                                        .sums_stride = sums.stride});
      done(factor, blocks.length(block), column, width * kVectorLanes);
    }
  }
}

void add_pass(ConstRows x, ConstRows dy, std::int64_t row, float* dweights) {
  sum_pass(
      x, dy, row, row == 0,
      [&](std::int64_t input, std::int64_t output) {
        return Sums{dweights + input * dy.stride() + output, dy.stride()};
      },
      [](auto...) {});
}

/// The same with the outputs' gradients as factors: sums come out transposed.
void add_pass_exchanged(ConstRows x, ConstRows dy, std::int64_t row, float* dweights) {
  constexpr std::int64_t kStride = kPanelVectors * kVectorLanes;
  alignas(64) float sums[kRowsMost * kStride];
  sum_pass(
      dy, x, row, true,
      [&](std::int64_t, std::int64_t) {
        return Sums{sums, kStride};
      },
      [&](std::int64_t output, std::int64_t outputs, std::int64_t input, std::int64_t inputs) {
        inputs = std::min(inputs, x.channels - input);
        for (std::int64_t i = 0; i < inputs; ++i) {
          float* to = dweights + (input + i) * dy.stride() + output;
          for (std::int64_t o = 0; o < outputs; ++o)
            to[o] = (row == 0 ? 0.0F : to[o]) + sums[o * kStride + i];
        }
      });
}

}  // namespace

void multiply_transposed(ConstRows x, ConstRows dy, float* dweights, float* dbias) {
  if (x.rows == 0) std::fill_n(dweights, x.channels * dy.stride(), 0.0F);
  if (dbias != nullptr) std::fill_n(dbias, dy.stride(), 0.0F);
  // Either matrix may be the one whose columns are vectors; of one with few columns, vectors are half empty.
  const bool exchanged = 5 * dy.channels * x.stride() < 4 * x.channels * dy.stride();
  for (std::int64_t row = 0; row < x.rows; row += kTermsPerPass) {
    (exchanged ? add_pass_exchanged : add_pass)(x, dy, row, dweights);
    if (dbias != nullptr) add_column_sums(pass_of(dy, row), dbias);
  }
}

}  // namespace jetrain::kernels::own
