#pragma once

#include <algorithm>

#include "kernels/pool2d.hpp"

namespace jetrain::kernels {

/// The part of a window that lies inside the image.
struct PoolWindow {
  PoolWindow(const Pool2dShape& shape, ConstPlanes x, std::int64_t r, std::int64_t c)
      : first_row(std::max<std::int64_t>(0, r * shape.stride - shape.pad_top)),
        last_row(std::min(x.rows, r * shape.stride - shape.pad_top + shape.size)),
        first_column(std::max<std::int64_t>(0, c * shape.stride - shape.pad_left)),
        last_column(std::min(x.columns, c * shape.stride - shape.pad_left + shape.size)) {}

  std::int64_t pixels() const { return (last_row - first_row) * (last_column - first_column); }

  template <class Visit>
  void for_each_pixel(Visit visit) const {
    for (std::int64_t r = first_row; r < last_row; ++r) {
      for (std::int64_t c = first_column; c < last_column; ++c) visit(r, c);
    }
  }

  std::int64_t first_row;
  std::int64_t last_row;
  std::int64_t first_column;
  std::int64_t last_column;
};

}  // namespace jetrain::kernels
