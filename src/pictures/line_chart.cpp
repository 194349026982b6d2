#include "pictures/line_chart.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pictures/gnuplot_script.hpp"

namespace jetrain {
namespace {

using Scale = ChartAxis::Scale;

bool shows(const ChartAxis& axis, double value) {
  return std::isfinite(value) && (axis.scale == Scale::linear || value > 0);
}

/// 1, 2, 5, 10, ... from the last that is not above `low` to the first that is not below `high`.
std::vector<double> decade_ticks(double low, double high) {
  static constexpr std::array kOfADecade = {1.0, 2.0, 5.0};
  std::vector<double> ticks;
  for (int decade = static_cast<int>(std::floor(std::log10(low)));; ++decade) {
    for (const double step : kOfADecade) {
      const double tick = step * std::pow(10, decade);
      if (!ticks.empty() && tick <= low) ticks.clear();
      ticks.push_back(tick);
      if (tick >= high && ticks.size() > 1) return ticks;
    }
  }
}

/// Powers of two around the values; of more than twelve, every second, third, ...
std::vector<double> doubled_ticks(double low, double high) {
  const auto first = static_cast<int>(std::floor(std::log2(low) + 1e-9));
  const auto last = std::max(first + 1, static_cast<int>(std::ceil(std::log2(high) - 1e-9)));
  const int step = (last - first + 10) / 11;
  std::vector<double> ticks;
  for (int power = first; power < last + step; power += step) ticks.push_back(std::exp2(power));
  return ticks;
}

/// Range, ticks and label of the axis called `letter`.
std::string axis_settings(char letter, const ChartAxis& axis, std::vector<double> values) {
  std::erase_if(values, [&](double value) { return !shows(axis, value); });
  if (values.empty()) values = {1, 2};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const std::string label = fmt::format("set {}label {} noenhanced\n", letter, gnuplot::literal(axis.label));
  if (axis.scale == Scale::linear) {
    const double low = std::min(0.0, *least);
    const double high = *most > low ? *most : low + 1;
    return label + fmt::format("set {}range [{:.6g}:{:.6g}]\n", letter, low, high + 0.05 * (high - low));
  }
  const std::vector<double> ticks =
      axis.scale == Scale::doubled ? doubled_ticks(*least, *most) : decade_ticks(*least, *most);
  // A little more than the ticks, so that no mark lies on the frame.
  return label + fmt::format(
                     "set logscale {0}\nset {0}range [{1:.10g}:{2:.10g}]\nset format {0} '%.10g'\nset "
                     "{0}tics ({3:.10g})\n",
                     letter, ticks.front() / 1.05, ticks.back() * 1.05, fmt::join(ticks, ", "));
}

/// A line's data, and what is plotted of them.
struct Plotted {
  std::string data;
  std::string plots;
};

Plotted plotted(const ChartLine& line, std::size_t number, const ChartAxis& x, const ChartAxis& y) {
  std::string points;
  std::string bars;
  for (const ChartPoint& p : line.points) {
    if (!shows(x, p.x) || !shows(y, p.y)) continue;
    points += fmt::format("{:.6g} {:.6g}\n", p.x, p.y);
    if (p.low < p.high && shows(y, p.low) && shows(y, p.high))
      bars += fmt::format("{:.6g} {:.6g} {:.6g} {:.6g}\n", p.x, p.y, p.low, p.high);
  }
  if (points.empty()) return {};
  Plotted all{gnuplot::data_block(fmt::format("line{}", number), points), ""};
  if (line.comparison) {
    static constexpr std::array kDashes = {"(6,4)", "(2,4)"};
    all.plots = fmt::format("$line{} using 1:2 with lines lw 1.5 dt {} lc rgb GUIDE title {}, ", number,
                            kDashes[number % kDashes.size()], gnuplot::literal(line.name));
    return all;
  }
  const std::string looks =
      fmt::format("lw 1.5 pt {} ps 0.7 lc rgb '{}'", gnuplot::mark(number), color(number));
  all.plots = fmt::format("$line{} using 1:2 with linespoints {} title {}, ", number, looks,
                          gnuplot::literal(line.name));
  if (bars.empty()) return all;
  all.data += gnuplot::data_block(fmt::format("bars{}", number), bars);
  all.plots += fmt::format("$bars{} using 1:2:3:4 with yerrorbars {} notitle, ", number, looks);
  return all;
}

}  // namespace

Figure line_chart(const std::string& name, const std::string& caption, const ChartAxis& x, const ChartAxis& y,
                  const std::vector<ChartLine>& lines) {
  std::vector<double> xs;
  std::vector<double> ys;
  std::string data;
  std::string plots;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const ChartPoint& p : lines[i].points) {
      xs.push_back(p.x);
      ys.push_back(p.y);
      if (p.low < p.high) ys.insert(ys.end(), {p.low, p.high});
    }
    const Plotted one = plotted(lines[i], i, x, y);
    data += one.data;
    plots += one.plots;
  }
  return {name, caption,
          data + axis_settings('x', x, xs) + axis_settings('y', y, ys) + "plot " + plots + "NaN notitle\n",
          480, 360 + gnuplot::legend_room(lines.size())};
}

}  // namespace jetrain
