#include <fmt/format.h>

#include <cmath>

#include "pictures/gnuplot_script.hpp"
#include "report/tagging_lines.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

std::string rejection_text(double rejection) {
  return std::isfinite(rejection) ? fmt::format("{:.0f}", rejection) : std::string("∞");
}

}  // namespace

std::string roc_lines(const std::vector<RocPoint>& roc) {
  std::string lines;
  double last = -1;
  for (const RocPoint& p : roc) {
    if (p.background_efficiency <= 0) continue;
    if (p.signal_efficiency - last < 0.002 && p.signal_efficiency < 1) continue;
    last = p.signal_efficiency;
    lines += fmt::format("{:.5f} {:.6g}\n", p.signal_efficiency, 1 / p.background_efficiency);
  }
  return lines;
}

Figure roc_figure(const TaggerLines& lines, bool named, const std::string& signal, const std::string& note) {
  std::string data;
  std::string plots;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [tagger, name, number, dash, point] = lines[i];
    const Metrics& m = tagger->metrics;
    data += data_block(fmt::format("roc{}", i), roc_lines(tagger->roc));
    const std::string title =
        (named ? name + ": " : "") +
        fmt::format("{} at 0.3, {} at 0.5", rejection_text(m.rejection_30), rejection_text(m.rejection_50));
    plots += fmt::format("$roc{} using 1:2 with lines lw 2 dt {} lc rgb '{}' title {}, ", i, dash,
                         color(number), literal(title));
    std::string points;
    if (std::isfinite(m.rejection_30)) points += fmt::format("0.3 {:.6g}\n", m.rejection_30);
    if (std::isfinite(m.rejection_50)) points += fmt::format("0.5 {:.6g}\n", m.rejection_50);
    if (points.empty()) continue;
    data += data_block(fmt::format("marks{}", i), points);
    plots += fmt::format("$marks{} using 1:2 with points pt {} ps 0.8 lc rgb '{}' notitle, ", i, point,
                         color(number));
  }
  return {
      "roc",
      fmt::format(
          "Background rejection 1/ε_B against signal efficiency ε_S (ROC curve, logarithmic). Marked, and "
          "in the legend: 1/ε_B where 30 % and 50 % of {} are kept. Dotted: guessing.{}",
          signal, note),
      data +
          "set xlabel 'signal efficiency ε_S'\nset ylabel 'background rejection 1/ε_B'\n"
          "set logscale y\nset xrange [0:1]\nset yrange [1:*]\nset format y '%.0f'\nset samples 400\n"
          "set key maxcols 1\n"
          "set arrow from first 0.3, graph 0 to first 0.3, graph 1 nohead lc rgb RULE dt (4,4)\n"
          "set arrow from first 0.5, graph 0 to first 0.5, graph 1 nohead lc rgb RULE dt (4,4)\n"
          "plot " +
          plots + "[0.001:1] 1/x with lines lc rgb GUIDE dt (1,3) lw 1.5 notitle\n",
      480, 400 + gnuplot::legend_room(lines.size())};
}

}  // namespace jetrain
