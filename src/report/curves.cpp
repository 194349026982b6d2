#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "pictures/gnuplot_script.hpp"
#include "report/figures.hpp"
#include "run/monitors.hpp"

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
    lines += fmt::format("{} {} {}\n", r.epoch, training ? training(r) : validation(r), validation(r));
  return lines;
}

/// Training dashed (none: it has no such value), validation drawn through, a ring around the best epoch.
std::string curves_script(const ReportedRuns& runs, const std::string& label, const Quantity& training,
                          const Quantity& validation) {
  std::string data;
  std::string plots;
  const bool one = runs.size() == 1;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunRecord& run = runs[i].record;
    if (run.history.empty()) continue;
    data += data_block(fmt::format("history{}", i), history_lines(run.history, training, validation));
    if (training)
      plots +=
          fmt::format("$history{} using 1:2 with linespoints lc rgb '{}' lw 1.5 dt (6,4) pt 7 ps 0.3 {}, ", i,
                      color(i), one ? "title 'training'" : "notitle");
    plots += fmt::format("$history{} using 1:3 with linespoints lc rgb '{}' lw 2 pt 7 ps 0.5 title {}, ", i,
                         color(i), literal(one ? "validation" : run.name));
    for (const EpochRecord& r : run.history) {
      if (!run.ended || r.epoch != run.result.best.epoch || std::isnan(validation(r))) continue;
      data += data_block(fmt::format("best{}", i), fmt::format("{} {}\n", r.epoch, validation(r)));
      plots += fmt::format("$best{} using 1:2 with points pt 6 ps 1.6 lw 2 lc rgb MARK notitle, ", i);
    }
  }
  plots.resize(plots.size() - 2);
  return data + epoch_axis(runs) + fmt::format("set ylabel '{}'\nplot {}\n", label, plots);
}

/// Of a background rejection that some run's stopping, best epoch or learning rate goes by; none of others.
void add_rejection(std::vector<Figure>& figures, const ReportedRuns& runs, Monitor monitor,
                   const char* efficiency, const Quantity& rejection) {
  const auto goes_by_it = [&](const ReportedRun& run) {
    const std::vector<NamedMonitor> all = monitors_of(run.record.config);
    return std::any_of(all.begin(), all.end(),
                       [&](const NamedMonitor& named) { return named.monitor == monitor; });
  };
  const auto finite = [&](const EpochRecord& r) {
    const double value = rejection(r);
    return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
  };
  const auto has_points = [&](const ReportedRun& run) {
    const std::vector<EpochRecord>& history = run.record.history;
    return std::any_of(history.begin(), history.end(),
                       [&](const EpochRecord& r) { return !std::isnan(finite(r)); });
  };
  if (std::none_of(runs.begin(), runs.end(), goes_by_it) ||
      std::none_of(runs.begin(), runs.end(), has_points))
    return;
  figures.push_back(
      {word_of(monitor).text,
       fmt::format("Background rejection 1/ε_B at signal efficiency {} on the validation set, by epoch "
                   "(infinite ones are left out); the ring marks the epoch that best.h5 holds.",
                   efficiency),
       curves_script(runs, fmt::format("1/ε_B at {}", efficiency), nullptr, finite)});
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
  add_rejection(figures, runs, Monitor::val_rejection_30, "0.3",
                [](const EpochRecord& r) { return r.validation.rejection_30; });
  add_rejection(figures, runs, Monitor::val_rejection_50, "0.5",
                [](const EpochRecord& r) { return r.validation.rejection_50; });
  return figures;
}

}  // namespace jetrain
