#pragma once

/// \file
/// Plots as SVG text, to stand in an HTML page that needs nothing beside itself.

#include <string>
#include <vector>

namespace jetrain {

struct PlotPoint {
  double x = 0;
  double y = 0;
  double low = 0;  ///< of the bar through the point; equal to `y`: none
  double high = 0;
};

struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;
  bool dashed = false;  ///< a line to compare with, without marks
};

struct PlotAxes {
  std::string title;
  std::string x;
  std::string y;
  bool log_x = false;
  bool log_y = false;
};

/// Lines with marks and a legend. Values that an axis cannot show (not above 0 on a logarithmic one) are left
/// out. `&` and `<` in texts are escaped.
std::string line_plot(const PlotAxes& axes, const std::vector<PlotSeries>& series);

/// One stacked bar a name: `parts[i].points[b].y` is the height of part i in bar b.
std::string stacked_bars(const PlotAxes& axes, const std::vector<std::string>& bars,
                         const std::vector<PlotSeries>& parts);

/// The beginning of a page that holds plots, up to its headline; it ends with `</body></html>`.
std::string page_begin(const std::string& title);

/// `&`, `<`, `>` and quotes as HTML writes them.
std::string html_escaped(const std::string& text);

}  // namespace jetrain
