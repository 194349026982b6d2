#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/figures.hpp"
#include "report/gnuplot_script.hpp"
#include "samples/sample_layout.hpp"

namespace jetrain {
namespace {

using gnuplot::color;
using gnuplot::data_block;
using gnuplot::literal;

constexpr std::size_t kScoreBins = 25;
constexpr std::size_t kCalibrationBins = 10;

/// The name, or its beginning and end where it is so long that a legend would cut off what stands behind it.
std::string legend_name(const std::string& name) {
  constexpr std::size_t kMostBytes = 26;
  constexpr std::size_t kEachEnd = 12;
  if (name.size() <= kMostBytes) return name;
  const auto splits_letter = [&](std::size_t at) { return (name[at] & 0xC0) == 0x80; };  // in UTF-8
  std::size_t first = kEachEnd;
  std::size_t second = name.size() - kEachEnd;
  while (first > 0 && splits_letter(first)) --first;
  while (splits_letter(second)) ++second;
  return name.substr(0, first) + "…" + name.substr(second);
}

/// By how many pixels a legend of one column makes a figure higher, which has room for two lines.
int legend_room(std::size_t lines) {
  return lines > 2 ? 16 * static_cast<int>(lines - 2) : 0;
}

/// A tagger as all figures draw it.
struct Line {
  const ScoredTagger* tagger;
  std::string name;
  std::size_t number;  ///< of the colour
  const char* dash;    ///< runs are drawn through
  int point;           ///< runs have filled circles
};
using Lines = std::vector<Line>;

/// Of those that have a ROC curve. Runs keep the colours that they have in other pictures; the others'
/// follow.
Lines lines_of(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  static constexpr std::array kDashes = {"(9,4)", "(9,3,2,3)", "(5,3)", "(16,4)"};
  static constexpr std::array kPoints = {5, 9, 13, 11};  // filled square, triangle, diamond, another triangle
  Lines lines;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ScoredTagger& tagger = runs[i].scores.tagger;
    if (!tagger.roc.empty()) lines.push_back({&tagger, legend_name(tagger.name), i, "1", 7});
  }
  for (std::size_t i = 0; i < others.size(); ++i)
    lines.push_back({&others[i], legend_name(others[i].name), runs.size() + i, kDashes[i % kDashes.size()],
                     kPoints[i % kPoints.size()]});
  return lines;
}

std::string rejection_text(double rejection) {
  return std::isfinite(rejection) ? fmt::format("{:.0f}", rejection) : std::string("∞");
}

/// Lines of "eps_S 1/eps_B"; of points closer than a pixel, one.
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

Figure roc_figure(const Lines& lines, bool named, const std::string& signal, const std::string& note) {
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
          "set arrow from first 0.3, graph 0 to first 0.3, graph 1 nohead lc rgb '#999999' dt (4,4)\n"
          "set arrow from first 0.5, graph 0 to first 0.5, graph 1 nohead lc rgb '#999999' dt (4,4)\n"
          "plot " +
          plots + "[0.001:1] 1/x with lines lc rgb '#777777' dt (1,3) lw 1.5 notitle\n",
      480, 400 + legend_room(lines.size())};
}

/// The share of a class in each bin of the score.
std::array<double, kScoreBins> score_shares(const ScoredJets& jets, std::uint8_t label) {
  std::array<double, kScoreBins> shares{};
  double total = 0;
  for (std::size_t i = 0; i < jets.scores.size(); ++i) {
    if (jets.labels[i] != label) continue;
    const double at = std::clamp(static_cast<double>(jets.scores[i]), 0.0, 1.0) * kScoreBins;
    shares[std::min(kScoreBins - 1, static_cast<std::size_t>(at))] += 1;
    total += 1;
  }
  for (double& share : shares) share /= std::max(1.0, total);
  return shares;
}

/// Where taggers are named, colours are theirs, and classes differ in dash alone.
Figure score_figure(const Lines& lines, bool named, const ClassNames& names, const std::string& note) {
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
      plots += fmt::format("NaN with lines lw 2 lc rgb '#000000' dt {} title {}, ", dash(label),
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
          480, 360 + legend_room(named ? lines.size() + 2 : 2)};
}

/// Lines of "mean score, share of the signal, its standard error" for bins of the score.
std::string calibration_lines(const ScoredJets& jets) {
  struct Bin {
    double count = 0;
    double score = 0;
    double signal = 0;
  };
  std::array<Bin, kCalibrationBins> bins{};
  for (std::size_t i = 0; i < jets.scores.size(); ++i) {
    const double score = std::clamp(static_cast<double>(jets.scores[i]), 0.0, 1.0);
    Bin& bin = bins[std::min(kCalibrationBins - 1, static_cast<std::size_t>(score * kCalibrationBins))];
    bin.count += 1;
    bin.score += score;
    bin.signal += jets.labels[i] == 1 ? 1 : 0;
  }
  std::string lines;
  for (const Bin& bin : bins) {
    if (bin.count < 1) continue;
    const double share = bin.signal / bin.count;
    lines += fmt::format("{:.5f} {:.5f} {:.5f}\n", bin.score / bin.count, share,
                         std::sqrt(share * (1 - share) / bin.count));
  }
  return lines;
}

Figure calibration_figure(const Lines& lines, const std::string& signal, const std::string& note) {
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
          data + fmt::format("set xlabel 'score'\nset ylabel 'share of {}'\n", signal) +
              "set xrange [0:1]\nset yrange [0:1]\nplot " + plots +
              "[0:1] x with lines lc rgb '#777777' dt (1,3) lw 1.5 notitle\n",
          480, 360 + legend_room(lines.size())};
}

}  // namespace

ClassNames class_names(const ReportedRuns& runs) {
  const bool jets = std::none_of(runs.begin(), runs.end(), [](const ReportedRun& run) {
    return labels_of(run.record.config.data) != Labels::jets;
  });
  return jets ? ClassNames{"tops", "QCD"} : ClassNames{"class 1", "class 0"};
}

std::vector<Figure> tagging_figures(const ReportedRuns& runs, const std::vector<ScoredTagger>& others) {
  Lines lines = lines_of(runs, others);
  if (lines.empty()) return {};
  const ClassNames names = class_names(runs);
  const bool named = lines.size() > 1 || !others.empty();
  const char* dashed = others.empty() ? "" : " Dashed: from files, each on its own jets.";
  std::vector<Figure> figures{roc_figure(lines, named, names.signal, dashed)};
  std::string left_out;
  for (const ScoredTagger& other : others) {
    if (!other.probabilities)
      left_out += fmt::format(" Without {}: its scores are no probabilities.", other.name);
  }
  std::erase_if(lines, [](const Line& line) { return !line.tagger->probabilities; });
  if (lines.empty()) return figures;
  figures.push_back(score_figure(lines, named, names, left_out));
  figures.push_back(calibration_figure(lines, names.signal, left_out));
  return figures;
}

}  // namespace jetrain
