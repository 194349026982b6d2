// Plain loops, one value at a time.
#include <cmath>
#include <limits>

#include "kernels/pool2d.hpp"

namespace jetrain::kernels::reference {
namespace {

/// Calls visit(row, column) for the positions of y's window (r, c) that lie inside x.
template <class Visit>
void for_each_in_window(const Pool2dShape& shape, ConstPlanes x, std::int64_t r, std::int64_t c,
                        Visit visit) {
  for (std::int64_t i = 0; i < shape.size * shape.size; ++i) {
    const std::int64_t row = r * shape.stride - shape.pad_top + i / shape.size;
    const std::int64_t column = c * shape.stride - shape.pad_left + i % shape.size;
    if (row >= 0 && row < x.rows && column >= 0 && column < x.columns) visit(row, column);
  }
}

template <class Visit>
void for_each_value(ConstPlanes y, Visit visit) {
  for (std::int64_t k = 0; k < y.channels; ++k) {
    for (std::int64_t r = 0; r < y.rows; ++r) {
      for (std::int64_t c = 0; c < y.columns; ++c) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane) visit(k, r, c, lane);
      }
    }
  }
}

void clear(Planes dx) {
  for_each_value(dx, [&](auto k, auto r, auto c, auto lane) { dx.at(k, r, c)[lane] = 0; });
}

}  // namespace

void max_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y) {
  for_each_value(y, [&](auto k, auto r, auto c, auto lane) {
    float best = -std::numeric_limits<float>::infinity();
    for_each_in_window(shape, x, r, c, [&](auto row, auto column) {
      const float value = x.at(k, row, column)[lane];
      if (value > best || std::isnan(value)) best = value;
    });
    y.at(k, r, c)[lane] = best;
  });
}

void max_pool2d_backward(const Pool2dShape& shape, ConstPlanes x, ConstPlanes y, ConstPlanes dy, bool relu,
                         Planes dx) {
  clear(dx);
  for_each_value(y, [&](auto k, auto r, auto c, auto lane) {
    bool given = false;
    for_each_in_window(shape, x, r, c, [&](auto row, auto column) {
      const float value = x.at(k, row, column)[lane];
      if (given || value != y.at(k, r, c)[lane]) return;
      given = true;
      if (!relu || value > 0) dx.at(k, row, column)[lane] += dy.at(k, r, c)[lane];
    });
  });
}

void avg_pool2d_forward(const Pool2dShape& shape, ConstPlanes x, Planes y) {
  for_each_value(y, [&](auto k, auto r, auto c, auto lane) {
    double sum = 0;
    std::int64_t pixels = 0;
    for_each_in_window(shape, x, r, c, [&](auto row, auto column) {
      sum += x.at(k, row, column)[lane];
      ++pixels;
    });
    y.at(k, r, c)[lane] = static_cast<float>(sum / static_cast<double>(pixels));
  });
}

void avg_pool2d_backward(const Pool2dShape& shape, ConstPlanes dy, Planes dx) {
  clear(dx);
  for_each_value(dy, [&](auto k, auto r, auto c, auto lane) {
    std::int64_t pixels = 0;
    for_each_in_window(shape, dx, r, c, [&](auto, auto) { ++pixels; });
    for_each_in_window(shape, dx, r, c, [&](auto row, auto column) {
      dx.at(k, row, column)[lane] += dy.at(k, r, c)[lane] / static_cast<float>(pixels);
    });
  });
}

}  // namespace jetrain::kernels::reference
