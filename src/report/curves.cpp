#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "pictures/gnuplot_script.hpp"
#include "report/figures.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

using Quantity = std::function<double(const EpochRecord&)>;

/// Lines of "epoch training validation".
std::string history_lines(const std::vector<EpochRecord>& history, const Quantity& training,
                          const Quantity& validation) {
  std::string lines;
  for (const EpochRecord& r : history)
    lines += fmt::format("{} {} {}\n", r.epoch, training(r), validation(r));
  return lines;
}

/// Training dashed, validation drawn through, a ring around the best epoch.
std::string curves_script(const ReportedRuns& runs, const std::string& label, const Quantity& training,
                          const Quantity& validation) {
  std::string data;
  std::string plots;
  const bool one = runs.size() == 1;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunRecord& run = runs[i].record;
    if (run.history.empty()) continue;
    data += data_block(fmt::format("history{}", i), history_lines(run.history, training, validation));
    plots += fmt::format(
        "$history{0} using 1:2 with linespoints lc rgb '{1}' lw 1.5 dt (6,4) pt 7 ps 0.3 {2}, "
        "$history{0} using 1:3 with linespoints lc rgb '{1}' lw 2 pt 7 ps 0.5 title {3}, ",
        i, color(i), one ? "title 'training'" : "notitle", literal(one ? "validation" : run.name));
    for (const EpochRecord& r : run.history) {
      if (!run.ended || r.epoch != run.result.best.epoch || std::isnan(validation(r))) continue;
      data += data_block(fmt::format("best{}", i), fmt::format("{} {}\n", r.epoch, validation(r)));
      plots += fmt::format("$best{} using 1:2 with points pt 6 ps 1.6 lw 2 lc rgb MARK notitle, ", i);
    }
  }
  plots.resize(plots.size() - 2);
  return data + epoch_axis(runs) + fmt::format("set ylabel '{}'\nplot {}\n", label, plots);
}

}  // namespace

std::string name_suffix(const ReportedRuns& runs, std::size_t run) {
  return runs.size() > 1 ? fmt::format("_{}", run + 1) : "";
}

std::string caption_suffix(const ReportedRuns& runs, std::size_t run) {
  return runs.size() > 1 ? fmt::format(" ({})", runs[run].record.name) : "";
}

std::string epoch_axis(const ReportedRuns& runs) {
  std::int64_t most = 1;
  for (const ReportedRun& run : runs) most = std::max(most, std::ssize(run.record.history));
  return fmt::format("set xlabel 'epoch'\nset xrange [0.8:{}]\n{}", static_cast<double>(most) + 0.2,
                     most <= 12 ? "set xtics 1\n" : "");
}

std::vector<Figure> curve_figures(const ReportedRuns& runs) {
  std::vector<Figure> figures;
  const auto epochs = [](const ReportedRun& run) { return !run.record.history.empty(); };
  if (std::none_of(runs.begin(), runs.end(), epochs)) return figures;
  figures.push_back({"loss",
                     "Loss by epoch: while training (dashed) and on the validation set; the ring marks the "
                     "epoch that best.h5 holds.",
                     curves_script(
                         runs, "loss", [](const EpochRecord& r) { return r.loss; },
                         [](const EpochRecord& r) { return r.validation.loss; })});
  const auto measured = [](const ReportedRun& run) {
    return !run.record.history.empty() && !std::isnan(run.record.history.front().validation.accuracy);
  };
  if (std::none_of(runs.begin(), runs.end(), measured)) return figures;
  figures.push_back(
      {"accuracy",
       "Accuracy by epoch: while training (dashed) and on the validation set; the ring marks the "
       "epoch that best.h5 holds.",
       curves_script(
           runs, "accuracy", [](const EpochRecord& r) { return r.accuracy; },
           [](const EpochRecord& r) { return r.validation.accuracy; })});
  return figures;
}

}  // namespace jetrain
