#pragma once

/// \file
/// A picture of pixels.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pictures/palette.hpp"

namespace jetrain {

/// (rows, columns), from the top left.
struct Picture {
  Picture(std::int64_t rows_, std::int64_t columns_, Rgb background)
      : rows(rows_), columns(columns_), pixels(static_cast<std::size_t>(rows_ * columns_), background) {}

  Rgb& at(std::int64_t row, std::int64_t column) {
    return pixels[static_cast<std::size_t>(row * columns + column)];
  }

  std::int64_t rows;
  std::int64_t columns;
  std::vector<Rgb> pixels;
};

/// The picture as the bytes of a PNG file.
std::string png_of(const Picture& picture);

}  // namespace jetrain
