#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "pictures/gnuplot_script.hpp"
#include "report/figures.hpp"
#include "report/jet_images.hpp"
#include "report/tagging_lines.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

/// Numbers fit into the cells of so many classes.
constexpr std::size_t kMostNumbered = 12;

/// A row a true class, a column a class that jets are called: the share of the row.
std::vector<std::vector<double>> shares_of(const ScoredTagger& tagger) {
  std::vector<std::vector<double>> shares;
  for (const ClassFigures& c : tagger.classes) {
    const double all = std::accumulate(c.called.begin(), c.called.end(), 0.0);
    shares.push_back(c.called);
    for (double& share : shares.back()) share /= all != 0 ? all : 1.0;
  }
  return shares;
}

std::string tics(const char* axis, const ScoredTagger& tagger) {
  std::string list;
  for (std::size_t k = 0; k < tagger.classes.size(); ++k)
    list += fmt::format("{}{} {}", k == 0 ? "" : ", ", literal(tagger.classes[k].name), k);
  return fmt::format("set {} ({})\n", axis, list);
}

/// True classes from top to bottom, as a table is read.
Figure confusion_figure(const ScoredTagger& tagger, const std::string& suffix) {
  const std::vector<std::vector<double>> shares = shares_of(tagger);
  const std::size_t classes = shares.size();
  std::string cells;
  std::string numbers;
  for (std::size_t t = 0; t < classes; ++t) {
    for (std::size_t c = 0; c < classes; ++c) {
      cells += fmt::format("{} {} {:.5f}\n", c, t, std::clamp(shares[t][c], 0.0, 1.0));
      if (classes <= kMostNumbered)
        numbers += fmt::format("set label {} at {},{} center front tc rgb '{}'\n",
                               literal(fmt::format("{:.1f}", 100 * shares[t][c])), c, t,
                               shares[t][c] > 0.5 ? "#FFFFFF" : "#000000");
    }
    cells += "\n";
  }
  const double edge = static_cast<double>(classes) - 0.5;
  const int side = std::clamp(static_cast<int>(classes) * 40 + 140, 300, 520);
  return {"confusion" + suffix,
          fmt::format(
              "Confusion of {}: of the jets of each true class (a row), the share in per cent that is called "
              "each class.",
              tagger.name),
          data_block("confusion", cells) + tics("xtics rotate by 45 right", tagger) + tics("ytics", tagger) +
              fmt::format("unset grid\nunset key\nset border 15\nset size ratio 1\nset xrange [-0.5:{0}]\n"
                          "set yrange [{0}:-0.5]\nset cbrange [0:1]\nset palette defined (0 '#FFFFFF', 1 "
                          "'#08306B')\nunset colorbox\nset xlabel 'called'\nset ylabel 'true class'\n{1}"
                          "plot $confusion using 1:2:3 with @IMAGE\n",
                          edge, numbers),
          520, side};
}

Figure against_rest_figure(const ScoredTagger& tagger, const std::string& suffix) {
  std::string data;
  std::string plots;
  for (std::size_t k = 0; k < tagger.classes.size(); ++k) {
    const std::string lines = roc_lines(curve_against_rest(tagger.scored, static_cast<std::int64_t>(k)));
    if (lines.empty()) continue;
    data += data_block(fmt::format("class{}", k), lines);
    plots += fmt::format(
        "$class{} using 1:2 with lines lw 2 dt {} lc rgb '{}' title {}, ", k, 1 + k / kColors.size(),
        color(k), literal(fmt::format("{}: AUC {:.4f}", tagger.classes[k].name, tagger.classes[k].auc)));
  }
  return {
      "roc_classes" + suffix,
      fmt::format(
          "Each class of {} told from all others by its own output: rejection of the others, 1/ε_B, against "
          "the efficiency ε_S of the class (logarithmic). Dotted: guessing.",
          tagger.name),
      data +
          "set xlabel 'efficiency of the class ε_S'\nset ylabel 'rejection of the others 1/ε_B'\n"
          "set logscale y\nset xrange [0:1]\nset yrange [1:*]\nset format y '%.0f'\nset samples 400\n"
          "set key maxcols 2\nplot " +
          plots + "[0.001:1] 1/x with lines lc rgb GUIDE dt (1,3) lw 1.5 notitle\n",
      520, 400 + gnuplot::legend_room((tagger.classes.size() + 1) / 2)};
}

}  // namespace

std::vector<Figure> class_figures_of(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  std::vector<const ScoredTagger*> taggers;
  for (const ReportedRun& run : runs) taggers.push_back(&run.scores.tagger);
  for (const ScoredTagger& other : others) taggers.push_back(&other);
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < taggers.size(); ++i) {
    if (taggers[i]->classes.empty()) continue;
    const std::string suffix = taggers.size() > 1 ? fmt::format("_{}", i + 1) : "";
    figures.push_back(confusion_figure(*taggers[i], suffix));
    figures.push_back(against_rest_figure(*taggers[i], suffix));
  }
  return figures;
}

}  // namespace jetrain
