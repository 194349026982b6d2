#include "row_kernels/own_product.hpp"

#include <algorithm>

#include "kernels/blocks.hpp"
#include "kernels/multiply_add.hpp"

namespace jetrain::kernels::own {
namespace {

/// Vectors of a panel: columns of B that stand together, an input behind the other, so that a block of rows
/// reads them as a stream.
constexpr int kPanelVectors = kManyRegisters ? 4 : 2;

/// Rows whose sums stay in registers beside a panel's vectors.
constexpr int kRowsMost = kManyRegisters ? 14 : 8;
constexpr int rows_beside(int vectors) noexcept {
  if (!kManyRegisters) return vectors == 1 ? 8 : 6;
  return vectors == 1 ? 14 : vectors == 2 ? 12 : vectors == 3 ? 8 : 6;
}

/// A's rows that stay in the second-level cache while one panel after the other passes over them.
constexpr std::int64_t kChunkFloats = 1 << 16;

struct Task {
  const float* a;  ///< the block's first row
  std::int64_t a_stride;
  std::int64_t inputs;
  const float* panel;  ///< (inputs, vectors)
  const float* bias;   ///< (vectors), aligned, or null
  const float* mask;   ///< as c, or null
  bool accumulate;
  bool rectify;
  float* c;
  std::int64_t c_stride;
};

struct Block {
  /// The sums of one pass: `a` and `panel` are moved behind it.
  template <int Rows, int Vectors>
  static void add_pass(const float* (&a)[Rows], const float*& panel, std::int64_t inputs,
                       Vector (&sums)[Rows][Vectors]) {
    for (std::int64_t i = 0; i < inputs; ++i, panel += Vectors * kVectorLanes) {
      Vector b[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) b[v] = in_register(load(panel + v * kVectorLanes));
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        const Vector factor = broadcast(a[r][i]);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sums[r][v] = multiply_add(factor, b[v], sums[r][v]);
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) a[r] += inputs;
  }

  template <int Rows, int Vectors>
  static void finish(const Task& task, const Vector (&totals)[Rows][Vectors]) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        const std::int64_t at = r * task.c_stride + v * kVectorLanes;
        Vector value = totals[r][v];
        if (task.bias != nullptr) value += load(task.bias + v * kVectorLanes);
        if (task.rectify) value = relu(value);
        if (task.mask != nullptr) value = where_positive(load(task.mask + at), value);
        store(task.c + at, value);
      }
    }
  }

  template <int Rows, int VectorsIndex>
  static void run(const Task& task) {
    constexpr int Vectors = VectorsIndex;
    if constexpr (Rows <= rows_beside(Vectors)) {
      const float* a[Rows];
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) a[r] = task.a + r * task.a_stride;
      const float* panel = task.panel;
      Vector totals[Rows][Vectors]{};
      if (task.accumulate) {
        for (int r = 0; r < Rows; ++r) {
          for (int v = 0; v < Vectors; ++v)
            totals[r][v] = load(task.c + r * task.c_stride + v * kVectorLanes);
        }
      }
      std::int64_t left = task.inputs;
      do {
        const std::int64_t inputs = std::min(left, kTermsPerPass);
        Vector sums[Rows][Vectors]{};
        add_pass(a, panel, inputs, sums);
#pragma GCC unroll 16
        for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
          for (int v = 0; v < Vectors; ++v) totals[r][v] += sums[r][v];
        }
        left -= inputs;
      } while (left > 0);
      finish(task, totals);
    }
  }
};

/// place(input, output) of the packed form gets weight(input, output), or zero.
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

void multiply(ConstRows a, const float* packed, const Epilogue& epilogue, Rows c) {
  const EvenBlocks panels(c.stride() / kVectorLanes, kPanelVectors);
  const EvenBlocks chunks(a.rows, std::max<std::int64_t>(kChunkFloats / a.stride(), kRowsMost));
  for (std::int64_t chunk = 0; chunk < chunks.size(); ++chunk) {
    for (std::int64_t p = 0; p < panels.size(); ++p) {
      const std::int64_t vectors = panels.length(p);
      const std::int64_t column = panels.begin(p) * kVectorLanes;
      alignas(64) float bias[kPanelVectors * kVectorLanes]{};
      if (epilogue.bias != nullptr) {
        const std::int64_t columns = std::min(vectors * kVectorLanes, c.channels - column);
        for (std::int64_t o = 0; o < columns; ++o) bias[o] = epilogue.bias[column + o];
      }
      const EvenBlocks blocks(chunks.length(chunk), rows_beside(static_cast<int>(vectors)));
      for (std::int64_t block = 0; block < blocks.size(); ++block) {
        const std::int64_t row = chunks.begin(chunk) + blocks.begin(block);
        const std::int64_t at = row * c.stride() + column;
        instantiation<Block, kRowsMost, kPanelVectors>(
            blocks.length(block), vectors)({.a = a.row(row),
                                            .a_stride = a.stride(),
                                            .inputs = a.channels,
                                            .panel = packed + column * a.channels,
                                            .bias = epilogue.bias != nullptr ? bias : nullptr,
                                            .mask = epilogue.mask != nullptr ? epilogue.mask + at : nullptr,
                                            .accumulate = epilogue.accumulate,
                                            .rectify = epilogue.rectify,
                                            .c = c.data + at,
                                            .c_stride = c.stride()});
      }
    }
  }
}

}  // namespace jetrain::kernels::own
