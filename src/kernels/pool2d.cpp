#include "jetrain/kernels/pool2d.hpp"

#include "vector.hpp"

namespace jetrain::kernels {
namespace {

using IntVector = std::int32_t __attribute__((vector_size(4 * kVectorLanes)));

/// The larger; NaN wins, so that it is not lost on its way to the loss.
Vector larger(Vector best, Vector x) noexcept {
  const IntVector wins = (x > best) | (x != x);
  return wins ? x : best;
}

/// Visits the windows of one plane's row of windows, and the lanes of each in parts of one vector.
template <class Window>
void for_each_window(std::int64_t columns, Window window) {
  for (std::int64_t c = 0; c < columns; ++c) {
    for (std::int64_t lane = 0; lane < kLanes; lane += kVectorLanes) window(c, lane);
  }
}

/// Zeros where no window reaches.
void clear_rest(std::int64_t covered_rows, std::int64_t covered_columns, std::int64_t channel, Planes dx) {
  for (std::int64_t r = 0; r < dx.rows; ++r) {
    const std::int64_t first = r < covered_rows ? covered_columns : 0;
    if (first < dx.columns) {
      std::memset(dx.at(channel, r, first), 0,
                  static_cast<std::size_t>((dx.columns - first) * kLanes) * sizeof(float));
    }
  }
}

}  // namespace

void max_pool2d_forward(std::int64_t size, ConstPlanes x, Planes y) {
  for (std::int64_t k = 0; k < y.channels; ++k) {
    for (std::int64_t r = 0; r < y.rows; ++r) {
      for_each_window(y.columns, [&](std::int64_t c, std::int64_t lane) {
        const float* corner = x.at(k, r * size, c * size) + lane;
        Vector best = load(corner);
        for (std::int64_t i = 0; i < size; ++i) {
          for (std::int64_t j = 0; j < size; ++j) {
            best = larger(best, load(corner + i * x.row_stride + j * kLanes));
          }
        }
        store(y.at(k, r, c) + lane, best);
      });
    }
  }
}

void max_pool2d_backward(std::int64_t size, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx) {
  for (std::int64_t k = 0; k < y.channels; ++k) {
    clear_rest(y.rows * size, y.columns * size, k, dx);
    for (std::int64_t r = 0; r < y.rows; ++r) {
      for_each_window(y.columns, [&](std::int64_t c, std::int64_t lane) {
        const Vector largest = load(y.at(k, r, c) + lane);
        // What is still to be given away: all at first, nothing after the maximum was met.
        Vector gradient = load(dy.at(k, r, c) + lane);
        if (relu) gradient = where_positive(largest, gradient);
        for (std::int64_t i = 0; i < size; ++i) {
          for (std::int64_t j = 0; j < size; ++j) {
            const IntVector here = load(x.at(k, r * size + i, c * size + j) + lane) == largest;
            store(dx.at(k, r * size + i, c * size + j) + lane, here ? gradient : Vector{});
            gradient = here ? Vector{} : gradient;
          }
        }
      });
    }
  }
}

}  // namespace jetrain::kernels
