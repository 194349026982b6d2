#include "pictures/stacked_bars.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pictures/gnuplot_script.hpp"

namespace jetrain {
namespace {

using gnuplot::literal;

/// Names that would run into each other stand aslant.
constexpr std::size_t kMostLetters = 44;

}  // namespace

Figure stacked_bars(const std::string& name, const std::string& caption, const std::string& x,
                    const std::string& y, const std::vector<std::string>& bars,
                    const std::vector<BarPart>& parts) {
  std::string lines;
  std::size_t longest = 0;
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
    longest = std::max(longest, bars[b].size());
  }
  std::string plots;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    plots += fmt::format("{}$bars using {}:xtic(1) fs solid {} lc rgb '{}' title {}", i > 0 ? ", " : "",
                         i + 2, i % 2 == 0 ? "1.0" : "0.4", color(i), literal(parts[i].name));
  }
  const bool aslant = bars.size() * (longest + 1) > kMostLetters;
  return {name, caption,
          gnuplot::data_block("bars", lines) +
              fmt::format("set style data histograms\nset style histogram rowstacked\nset boxwidth 0.7\n"
                          "set grid noxtics\nset xtics {}scale 0\nset xlabel {}\nset ylabel {}\n"
                          "set yrange [0:{:.6g}]\nplot {}\n",
                          aslant ? "rotate by -40 " : "", literal(x), literal(y),
                          highest > 0 ? 1.05 * highest : 1, plots),
          480, 360 + gnuplot::legend_room((parts.size() + 1) / 2)};
}

}  // namespace jetrain
