#include "kernels/pool2d.hpp"

#include "kernels/planes.hpp"
#include "kernels/pool2d_window.hpp"
#include "kernels/vector_math.hpp"

namespace jetrain::kernels {
namespace {

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

/// Windows side by side, none of which reaches outside.
bool is_plain(const Pool2dShape& shape) {
  return shape.stride == shape.size && shape.pad_top == 0 && shape.pad_left == 0;
}

void clear(Planes dx) {
  for (std::int64_t k = 0; k < dx.channels; ++k) clear_rest(0, 0, k, dx);
}

void plain_max_forward(std::int64_t size, ConstPlanes x, Planes y) {
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

void plain_max_backward(std::int64_t size, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
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

}  // namespace

void max_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y) {
  if (is_plain(shape)) return plain_max_forward(shape.size, x, y);
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const PoolWindow window(shape, x, r, c);
    Vector best = load(x.at(k, window.first_row, window.first_column) + lane);
    window.for_each_pixel(
        [&](std::int64_t i, std::int64_t j) { best = larger(best, load(x.at(k, i, j) + lane)); });
    store(y.at(k, r, c) + lane, best);
  });
}

void max_pool2d_backward(const Pool2dShape& shape, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx) {
  if (is_plain(shape)) return plain_max_backward(shape.size, x, y, dy, relu, dx);
  clear(dx);
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const Vector largest = load(y.at(k, r, c) + lane);
    Vector gradient = load(dy.at(k, r, c) + lane);
    if (relu) gradient = where_positive(largest, gradient);
    PoolWindow(shape, x, r, c).for_each_pixel([&](std::int64_t i, std::int64_t j) {
      const IntVector here = load(x.at(k, i, j) + lane) == largest;
      float* to = dx.at(k, i, j) + lane;
      store(to, load(to) + (here ? gradient : Vector{}));
      gradient = here ? Vector{} : gradient;
    });
  });
}

void avg_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y) {
  for_each_vector(y, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const PoolWindow window(shape, x, r, c);
    Vector sum{};
    window.for_each_pixel([&](std::int64_t i, std::int64_t j) { sum += load(x.at(k, i, j) + lane); });
    store(y.at(k, r, c) + lane, sum / static_cast<float>(window.pixels()));
  });
}

void avg_pool2d_backward(const Pool2dShape& shape, ConstPlanes dy, Planes dx) {
  clear(dx);
  for_each_vector(dy, [&](std::int64_t k, std::int64_t r, std::int64_t c, std::int64_t lane) {
    const PoolWindow window(shape, dx, r, c);
    const Vector share = load(dy.at(k, r, c) + lane) / static_cast<float>(window.pixels());
    window.for_each_pixel([&](std::int64_t i, std::int64_t j) {
      float* to = dx.at(k, i, j) + lane;
      store(to, load(to) + share);
    });
  });
}

}  // namespace jetrain::kernels
