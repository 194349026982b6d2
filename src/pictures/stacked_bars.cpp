#include "pictures/stacked_bars.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pictures/gnuplot_script.hpp"

namespace jetrain {
namespace {

using gnuplot::literal;

/// Names that would run into each other stand aslant; the axis has room for this many letters.
bool stand_aslant(const std::vector<std::string>& names) {
  constexpr std::size_t kLetters = 44;
  std::size_t neighbours = 0;  // letters of two together
  for (std::size_t i = 1; i < names.size(); ++i)
    neighbours = std::max(neighbours, names[i - 1].size() + names[i].size());
  return neighbours * (names.size() + 1) > 2 * kLetters;
}

}  // namespace

Figure stacked_bars(const std::string& name, const std::string& caption, const std::string& x,
                    const std::string& y, const std::vector<std::string>& bars,
                    const std::vector<BarPart>& parts) {
  std::string lines;
  double highest = 0;
  for (std::size_t b = 0; b < bars.size(); ++b) {
    lines += bars[b];
    double height = 0;
    for (const BarPart& part : parts) {
      lines += fmt::format(" {:.6g}", part.heights[b]);
      height += part.heights[b];
    }
    highest = std::max(highest, height);
    lines += "\n";
  }
  std::string plots;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    plots += fmt::format("{}$bars using {}:xtic(1) fs solid {} lc rgb '{}' title {}", i > 0 ? ", " : "",
                         i + 2, i % 2 == 0 ? "1.0" : "0.4", color(i), literal(parts[i].name));
  }
  return {name, caption,
          gnuplot::data_block("bars", lines) +
              fmt::format("set style data histograms\nset style histogram rowstacked\nset boxwidth 0.7\n"
                          "set grid noxtics\nset xtics {}scale 0 noenhanced\nset xlabel {}\nset ylabel {}\n"
                          "set yrange [0:{:.6g}]\nplot {}\n",
                          stand_aslant(bars) ? "rotate by -40 " : "", literal(x), literal(y),
                          highest > 0 ? 1.05 * highest : 1, plots),
          480, 360 + gnuplot::legend_room((parts.size() + 1) / 2)};
}

}  // namespace jetrain
