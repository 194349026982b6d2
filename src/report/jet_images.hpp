#pragma once

/// \file
/// Square panels of pixels side by side, for all pictures of images.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "pictures/gnuplot_script.hpp"

namespace jetrain {

/// One image: (bins, bins) by row, with what stands above it.
struct ImagePanel {
  std::string title;
  std::vector<double> pixels;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// The block `$name` of "row column value". Values below `floor` become a tenth of it: a logarithmic scale
/// has no zero.
inline std::string image_block(const std::string& name, const ImagePanel& panel, double half_width,
                               double floor) {
  std::string lines;
  const auto center = [&](std::int64_t i, std::int64_t bins) {
    const double position = static_cast<double>(i);
    return half_width > 0 ? half_width * ((2 * position + 1) / static_cast<double>(bins) - 1) : position;
  };
  for (std::int64_t r = 0; r < panel.rows; ++r) {
    for (std::int64_t c = 0; c < panel.columns; ++c) {
      const double value = panel.pixels[static_cast<std::size_t>(r * panel.columns + c)];
      lines += fmt::format("{:.4g} {:.4g} {:.4g}\n", center(r, panel.rows), center(c, panel.columns),
                           value >= floor ? value : floor / 10);
    }
    lines += "\n";
  }
  return gnuplot::data_block(name, lines);
}

}  // namespace jetrain
