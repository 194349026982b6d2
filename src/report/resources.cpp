#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pictures/gnuplot_script.hpp"
#include "report/figures.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

/// The phases of result.json that do not hold each other, in the order of the work.
constexpr std::array kPhases = {"read",         "preprocess", "compute", "allreduce", "update",
                                "redistribute", "validate",   "save",    "checkpoint"};

/// A group of bars a phase, in it a bar a run.
Figure phase_figure(const ReportedRuns& runs) {
  std::string lines;
  for (const char* phase : kPhases) {
    lines += phase;
    for (const ReportedRun& run : runs) {
      const auto found = run.record.result.seconds.find(phase);
      lines += found == run.record.result.seconds.end() ? " nan" : fmt::format(" {:.4g}", found->second);
    }
    lines += "\n";
  }
  std::string plots;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].record.ended) continue;
    plots += fmt::format("$phases using {}:xtic(1) lc rgb '{}' title {}, ", i + 2, color(i),
                         literal(runs[i].record.name));
  }
  plots.resize(plots.size() - 2);
  return {
      "phases",
      "Time by phase, of the slowest rank. Allreduce includes the waiting for other ranks; reading and "
      "preprocessing happen once, the others in each epoch.",
      data_block("phases", lines) +
          "set style data histograms\nset style histogram clustered gap 1\nset style fill solid 0.85 "
          "noborder\n"
          "set xtics rotate by -40 scale 0\nset grid noxtics\nset ylabel 'seconds'\nset yrange [0:*]\nplot " +
          plots + "\n"};
}

Figure throughput_figure(const ReportedRuns& runs) {
  std::string data;
  std::string plots;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::string lines;
    for (const EpochRecord& r : runs[i].record.history)
      lines += fmt::format("{} {}\n", r.epoch, r.jets_per_second);
    if (lines.empty()) continue;
    data += data_block(fmt::format("rate{}", i), lines);
    plots += fmt::format("$rate{0} using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc rgb '{1}' title {2}, ", i,
                         color(i), literal(runs[i].record.name));
  }
  plots.resize(plots.size() - 2);
  return {"throughput", "Throughput: jets trained on in a second, by epoch, without validation.",
          data + epoch_axis(runs) + "set ylabel 'jets/s'\nset yrange [0:*]\nplot " + plots + "\n"};
}

}  // namespace

std::vector<Figure> resource_figures(const ReportedRuns& runs) {
  std::vector<Figure> figures;
  if (std::any_of(runs.begin(), runs.end(), [](const ReportedRun& r) { return r.record.ended; }))
    figures.push_back(phase_figure(runs));
  if (std::any_of(runs.begin(), runs.end(), [](const ReportedRun& r) { return !r.record.history.empty(); }))
    figures.push_back(throughput_figure(runs));
  return figures;
}

}  // namespace jetrain
