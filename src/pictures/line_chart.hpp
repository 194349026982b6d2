#pragma once

/// \file
/// A picture of lines through points, with the ranges of the points and lines to compare with.

#include <cstdint>
#include <string>
#include <vector>

#include "pictures/figure.hpp"

namespace jetrain {

struct ChartPoint {
  double x = 0;
  double y = 0;
  double low = 0;  ///< of the bar through the point; not below `high`: none
  double high = 0;
};

struct ChartLine {
  std::string name;
  std::vector<ChartPoint> points;
  bool comparison = false;  ///< dashed, without marks
};

struct ChartAxis {
  enum class Scale : std::uint8_t {
    linear,   ///< from 0
    doubled,  ///< logarithmic, ticks at powers of two
    decades,  ///< logarithmic, ticks at 1, 2, 5, 10
  };
  std::string label;
  Scale scale = Scale::linear;
};

/// Lines with marks, each of its own shape, and a legend. Values that an axis cannot show (not above 0 on a
/// logarithmic one) are left out.
Figure line_chart(const std::string& name, const std::string& caption, const ChartAxis& x, const ChartAxis& y,
                  const std::vector<ChartLine>& lines);

}  // namespace jetrain
