#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pictures/gnuplot_script.hpp"
#include "report/tagging_lines.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

constexpr std::size_t kScoreBins = 25;

/// The share of a class in each bin of the score.
std::array<double, kScoreBins> score_shares(const ScoredJets& jets, std::uint8_t label) {
  std::array<double, kScoreBins> shares{};
  double total = 0;
  for (std::size_t i = 0; i < jets.scores.size(); ++i) {
    if (jets.labels[i] != label) continue;
    const double at = std::clamp(static_cast<double>(jets.scores[i]), 0.0, 1.0) * kScoreBins;
    shares[std::min(kScoreBins - 1, static_cast<std::size_t>(at))] += jets.weight(i);
    total += jets.weight(i);
  }
  for (double& share : shares) share /= total > 0 ? total : 1.0;
  return shares;
}

}  // namespace

Figure score_figure(const TaggerLines& lines, bool named, const ClassNames& names, const std::string& note) {
  std::string data;
  std::string plots;
  const auto dash = [](std::uint8_t label) { return label == 1 ? "1" : "(6,3)"; };
  const auto class_name = [&](std::uint8_t label) { return label == 1 ? names.signal : names.background; };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::uint8_t label : {std::uint8_t{1}, std::uint8_t{0}}) {
      std::string bins;
      const auto shares = score_shares(lines[i].tagger->scored, label);
      for (std::size_t b = 0; b < kScoreBins; ++b) {
        // A logarithmic axis shows no zero: an empty bin lies far below it.
        bins += fmt::format("{:.3f} {:.6g}\n", (static_cast<double>(b) + 0.5) / kScoreBins,
                            std::max(shares[b], 1e-12));
      }
      const std::string name = fmt::format("scores{}_{}", i, label);
      data += data_block(name, bins);
      const std::string title = named ? lines[i].name : class_name(label);
      plots += fmt::format("${} using 1:2 with histeps lw 2 lc rgb '{}' dt {} {}, ", name,
                           color(lines[i].number + (named || label == 1 ? 0 : 1)), dash(label),
                           named && label == 0 ? "notitle" : "title " + literal(title));
    }
  }
  for (const std::uint8_t label : {std::uint8_t{1}, std::uint8_t{0}}) {
    if (named)
      plots += fmt::format("NaN with lines lw 2 lc rgb MARK dt {} title {}, ", dash(label),
                           literal(class_name(label)));
  }
  plots.resize(plots.size() - 2);
  return {"scores",
          fmt::format("Scores of {} (drawn through) and {} (dashed): the share of each class in {} bins, "
                      "logarithmic.{}",
                      names.signal, names.background, kScoreBins, note),
          data +
              "set xlabel 'score'\nset ylabel 'share of the class'\nset logscale y\n"
              "set xrange [0:1]\nset yrange [1e-4:1]\nset format y '%g'\nplot " +
              plots + "\n",
          480, 360 + gnuplot::legend_room(named ? lines.size() + 2 : 2)};
}

}  // namespace jetrain
