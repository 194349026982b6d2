#include "row_kernels/own_product.hpp"

#include <algorithm>

#include "core/checked_cast.hpp"
#include "kernels/blocks.hpp"
#include "kernels/multiply_add.hpp"
#include "row_kernels/product_backend.hpp"

namespace jetrain::kernels::own {
namespace {

/// A's rows that stay in the second-level cache while one panel after the other passes over them.
constexpr std::int64_t kChunkFloats = 1 << 16;

/// Floats of a cache line.
constexpr std::int64_t kLineFloats = 16;

/// With fewer inputs, asking for C before the sums are there takes longer than it saves; so it does with
/// panels of one vector, which load as often as they multiply.
constexpr std::int64_t kWorthFetchingAhead = 24;

struct Task {
  const float* a;  ///< the first block's first row
  std::int64_t a_stride;
  std::int64_t inputs;
  const float* panel;  ///< (inputs, vectors)
  const float* bias;   ///< (vectors), aligned
  const float* mask;   ///< as c, or null
  bool accumulate;
  bool rectify;
  float* c;
  std::int64_t c_stride;
};

template <int Rows, int Vectors>
using Sums = Vector[Rows][Vectors];

/// visit(row, vector) of each of a block, all of it unrolled: sums stay in registers.
template <int Rows, int Vectors, class Visit>
[[gnu::always_inline]] inline void for_block(Visit visit) {
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) visit(r, v);
  }
}

template <int Rows, int Vectors>
[[gnu::always_inline]] inline void sum_pass(const float* a, const Task& task, const float* panel,
                                            std::int64_t inputs, Sums<Rows, Vectors>& sums) {
  const float* rows[Rows];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) rows[r] = a + r * task.a_stride;
  for_block<Rows, Vectors>([&](int r, int v) { sums[r][v] = Vector{}; });
  for (std::int64_t i = 0; i < inputs; ++i, panel += Vectors * kVectorLanes) {
    if (Vectors > 1 && i % kLineFloats == 0) {  // the next block's rows, which come from afar
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) __builtin_prefetch(rows[r] + i + Rows * task.a_stride);
    }
    Vector b[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) b[v] = in_register(load(panel + v * kVectorLanes));
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const Vector factor = broadcast(rows[r][i]);
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sums[r][v] = multiply_add(factor, b[v], sums[r][v]);
    }
  }
}

struct Block {
  /// So many blocks of rows, one below the other.
  template <int Rows, int Vectors>
  static void run(Task task, std::int64_t blocks) {
    if constexpr (Rows <= rows_beside(Vectors)) {
      for (; blocks > 0; --blocks) {
        const auto at = [&](int r, int v) { return r * task.c_stride + v * kVectorLanes; };
        if (Vectors > 1 && task.inputs >= kWorthFetchingAhead) {
          for_block<Rows, Vectors>([&](int r, int v) { __builtin_prefetch(task.c + at(r, v), 1); });
        }
        Sums<Rows, Vectors> sums;
        if (task.inputs <= kTermsPerPass && !task.accumulate) {
          sum_pass<Rows, Vectors>(task.a, task, task.panel, task.inputs, sums);
          for_block<Rows, Vectors>([&](int r, int v) { sums[r][v] += Vector{}; });  // -0 becomes 0
        } else {
          add_passes<Rows, Vectors>(task, sums);
        }
        for_block<Rows, Vectors>([&](int r, int v) { sums[r][v] += load(task.bias + v * kVectorLanes); });
        if (task.rectify) {
          for_block<Rows, Vectors>([&](int r, int v) { sums[r][v] = relu(sums[r][v]); });
        }
        if (task.mask != nullptr) {
          for_block<Rows, Vectors>(
              [&](int r, int v) { sums[r][v] = where_positive(load(task.mask + at(r, v)), sums[r][v]); });
          task.mask += Rows * task.c_stride;
        }
        for_block<Rows, Vectors>([&](int r, int v) { store(task.c + at(r, v), sums[r][v]); });
        task.a += Rows * task.a_stride;
        task.c += Rows * task.c_stride;
      }
    }
  }

  /// Several passes, or sums that go on from C.
  template <int Rows, int Vectors>
  [[gnu::noinline]] static void add_passes(const Task& task, Sums<Rows, Vectors>& totals) {
    for_block<Rows, Vectors>([&](int r, int v) {
      totals[r][v] = task.accumulate ? load(task.c + r * task.c_stride + v * kVectorLanes) : Vector{};
    });
    for (std::int64_t first = 0; first < task.inputs; first += kTermsPerPass) {
      Sums<Rows, Vectors> sums;
      sum_pass<Rows, Vectors>(task.a + first, task, task.panel + first * Vectors * kVectorLanes,
                              std::min(task.inputs - first, kTermsPerPass), sums);
      for_block<Rows, Vectors>([&](int r, int v) { totals[r][v] += sums[r][v]; });
    }
  }
};

}  // namespace

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
      // In as few blocks as can be, all of about the same size: `longer` of them have a row more.
      const std::int64_t rows = chunks.length(chunk);
      const std::int64_t blocks = ceil_divide(rows, rows_beside(static_cast<int>(vectors)));
      const std::int64_t block_rows = rows / blocks;
      const std::int64_t longer = rows % blocks;
      const auto multiply_blocks = [&](std::int64_t begin, std::int64_t rows_each, std::int64_t count) {
        if (count == 0) return;
        const std::int64_t at = begin * c.stride() + column;
        instantiation<Block, kRowsMost, kPanelVectors>(rows_each, vectors)(
            {.a = a.row(begin),
             .a_stride = a.stride(),
             .inputs = a.channels,
             .panel = packed + column * a.channels,
             .bias = bias,
             .mask = epilogue.mask != nullptr ? epilogue.mask + at : nullptr,
             .accumulate = epilogue.accumulate,
             .rectify = epilogue.rectify,
             .c = c.data + at,
             .c_stride = c.stride()},
            count);
      };
      multiply_blocks(chunks.begin(chunk), block_rows + 1, longer);
      multiply_blocks(chunks.begin(chunk) + longer * (block_rows + 1), block_rows, blocks - longer);
    }
  }
}

}  // namespace jetrain::kernels::own

namespace jetrain::kernels {

const ProductBackend own_products{own::pack_weights, own::pack_transposed, own::multiply,
                                  own::multiply_transposed};

}  // namespace jetrain::kernels
