#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gnuplot_script.hpp"
#include "jetrain/report/figures.hpp"

namespace jetrain {
namespace {

using gnuplot::color;
using gnuplot::data_block;
using gnuplot::literal;

constexpr std::size_t kScoreBins = 25;
constexpr std::size_t kCalibrationBins = 10;

bool has_roc(const ReportedRun& run) {
  return !run.scores.roc.empty();
}

std::string rejection_text(double rejection) {
  return std::isfinite(rejection) ? fmt::format("{:.0f}", rejection) : std::string("no background left");
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

Figure roc_figure(const ReportedRuns& runs) {
  std::string data;
  std::string plots;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!has_roc(runs[i])) continue;
    const Metrics& m = runs[i].scores.metrics;
    data += data_block(fmt::format("roc{}", i), roc_lines(runs[i].scores.roc));
    const std::string name =
        (runs.size() > 1 ? runs[i].record.name + ": " : "") +
        fmt::format("{} at 0.3, {} at 0.5", rejection_text(m.rejection_30), rejection_text(m.rejection_50));
    plots +=
        fmt::format("$roc{0} using 1:2 with lines lw 2 lc rgb '{1}' title {2}, ", i, color(i), literal(name));
    std::string points;
    if (std::isfinite(m.rejection_30)) points += fmt::format("0.3 {:.6g}\n", m.rejection_30);
    if (std::isfinite(m.rejection_50)) points += fmt::format("0.5 {:.6g}\n", m.rejection_50);
    if (points.empty()) continue;
    data += data_block(fmt::format("marks{}", i), points);
    plots += fmt::format("$marks{} using 1:2 with points pt 7 ps 0.8 lc rgb '{}' notitle, ", i, color(i));
  }
  return {
      "roc",
      fmt::format(
          "Background rejection 1/ε_B against signal efficiency ε_S (ROC curve, logarithmic). Marked, and "
          "in the legend: 1/ε_B where 30 % and 50 % of {} are kept. Dotted: guessing.",
          class_names(runs).signal),
      data +
          "set xlabel 'signal efficiency ε_S'\nset ylabel 'background rejection 1/ε_B'\n"
          "set logscale y\nset xrange [0:1]\nset yrange [1:*]\nset format y '%.0f'\nset samples 400\n"
          "set key maxcols 1\n"
          "set arrow from first 0.3, graph 0 to first 0.3, graph 1 nohead lc rgb '#999999' dt (4,4)\n"
          "set arrow from first 0.5, graph 0 to first 0.5, graph 1 nohead lc rgb '#999999' dt (4,4)\n"
          "plot " +
          plots + "[0.001:1] 1/x with lines lc rgb '#777777' dt (1,3) lw 1.5 notitle\n",
      480, 400};
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

Figure score_figure(const ReportedRuns& runs) {
  std::string data;
  std::string plots;
  const auto count = std::count_if(runs.begin(), runs.end(), has_roc);
  const ClassNames names = class_names(runs);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!has_roc(runs[i])) continue;
    for (const std::uint8_t label : {std::uint8_t{1}, std::uint8_t{0}}) {
      std::string lines;
      const auto shares = score_shares(runs[i].scores.scored, label);
      for (std::size_t b = 0; b < kScoreBins; ++b) {
        // A logarithmic axis shows no zero: an empty bin lies far below it.
        lines += fmt::format("{:.3f} {:.6g}\n", (static_cast<double>(b) + 0.5) / kScoreBins,
                             std::max(shares[b], 1e-12));
      }
      const std::string name = fmt::format("scores{}_{}", i, label);
      data += data_block(name, lines);
      const std::string title =
          (count > 1 ? runs[i].record.name + ", " : "") + (label == 1 ? names.signal : names.background);
      plots +=
          fmt::format("${} using 1:2 with histeps lw 2 lc rgb '{}' dt {} title {}, ", name,
                      color(count > 1 || label == 1 ? i : i + 1), label == 1 ? "1" : "(6,3)", literal(title));
    }
  }
  plots.resize(plots.size() - 2);
  return {"scores",
          fmt::format("Scores of {} (drawn through) and {} (dashed): the share of each class in {} bins, "
                      "logarithmic.",
                      names.signal, names.background, kScoreBins),
          data +
              "set xlabel 'score'\nset ylabel 'share of the class'\nset logscale y\n"
              "set xrange [0:1]\nset yrange [1e-4:1]\nset format y '%g'\nplot " +
              plots + "\n"};
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

Figure calibration_figure(const ReportedRuns& runs) {
  std::string data;
  std::string plots;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!has_roc(runs[i])) continue;
    data += data_block(fmt::format("calibration{}", i), calibration_lines(runs[i].scores.scored));
    plots += fmt::format(
        "$calibration{0} using 1:2:3 with yerrorbars pt 7 ps 0.6 lw 1.5 lc rgb '{1}' notitle, "
        "$calibration{0} using 1:2 with linespoints pt 7 ps 0.6 lw 1.5 lc rgb '{1}' title {2}, ",
        i, color(i), literal(runs[i].record.name));
  }
  return {"calibration",
          fmt::format(
              "Calibration: of those with a score near p, the share that are {} (with its standard error). "
              "On the dotted line the score is a probability.",
              class_names(runs).signal),
          data + fmt::format("set xlabel 'score'\nset ylabel 'share of {}'\n", class_names(runs).signal) +
              "set xrange [0:1]\nset yrange [0:1]\nplot " + plots +
              "[0:1] x with lines lc rgb '#777777' dt (1,3) lw 1.5 notitle\n"};
}

}  // namespace

ClassNames class_names(const ReportedRuns& runs) {
  const bool jets = std::none_of(runs.begin(), runs.end(),
                                 [](const ReportedRun& run) { return run.record.config.data.arrays.used(); });
  return jets ? ClassNames{"tops", "QCD"} : ClassNames{"class 1", "class 0"};
}

std::vector<Figure> tagging_figures(const ReportedRuns& runs) {
  if (std::none_of(runs.begin(), runs.end(), has_roc)) return {};
  return {roc_figure(runs), score_figure(runs), calibration_figure(runs)};
}

}  // namespace jetrain
