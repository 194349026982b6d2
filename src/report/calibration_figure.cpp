#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pictures/gnuplot_script.hpp"
#include "report/tagging_lines.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

constexpr std::size_t kCalibrationBins = 10;

/// Lines of "mean score, share of the signal, its standard error" for bins of the score.
std::string calibration_lines(const ScoredJets& jets) {
  struct Bin {
    double count = 0;  ///< sums of weights
    double squares = 0;
    double score = 0;
    double signal = 0;
  };
  std::array<Bin, kCalibrationBins> bins{};
  for (std::size_t i = 0; i < jets.scores.size(); ++i) {
    const double score = std::clamp(static_cast<double>(jets.scores[i]), 0.0, 1.0);
    Bin& bin = bins[std::min(kCalibrationBins - 1, static_cast<std::size_t>(score * kCalibrationBins))];
    const double weight = jets.weight(i);
    bin.count += weight;
    bin.squares += weight * weight;
    bin.score += weight * score;
    bin.signal += jets.labels[i] == 1 ? weight : 0;
  }
  std::string lines;
  for (const Bin& bin : bins) {
    if (!(bin.count > 0)) continue;
    const double share = bin.signal / bin.count;
    lines += fmt::format("{:.5f} {:.5f} {:.5f}\n", bin.score / bin.count, share,
                         std::sqrt(std::max(0.0, share * (1 - share) * bin.squares)) / bin.count);
  }
  return lines;
}

}  // namespace

Figure calibration_figure(const TaggerLines& lines, const std::string& signal, const std::string& note) {
  std::string data;
  std::string plots;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [tagger, name, number, dash, point] = lines[i];
    data += data_block(fmt::format("calibration{}", i), calibration_lines(tagger->scored));
    plots += fmt::format(
        "$calibration{0} using 1:2:3 with yerrorbars pt {2} ps 0.6 lw 1.5 lc rgb '{1}' notitle, "
        "$calibration{0} using 1:2 with linespoints pt {2} ps 0.6 lw 1.5 dt {3} lc rgb '{1}' title {4}, ",
        i, color(number), point, dash, literal(name));
  }
  return {"calibration",
          fmt::format(
              "Calibration: of those with a score near p, the share that are {} (with its standard error). "
              "On the dotted line the score is a probability.{}",
              signal, note),
          data + fmt::format("set xlabel 'score'\nset ylabel {}\n", literal("share of " + signal)) +
              "set xrange [0:1]\nset yrange [0:1]\nplot " + plots +
              "[0:1] x with lines lc rgb GUIDE dt (1,3) lw 1.5 notitle\n",
          480, 360 + gnuplot::legend_room(lines.size())};
}

}  // namespace jetrain
