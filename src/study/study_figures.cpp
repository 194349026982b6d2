#include "study/study_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/order_statistics.hpp"
#include "pictures/gnuplot_script.hpp"
#include "pictures/line_chart.hpp"
#include "pictures/palette.hpp"
#include "pictures/stacked_bars.hpp"
#include "study/study_values.hpp"
#include "train/early_stopping.hpp"

namespace jetrain {
namespace {

using gnuplot::data_block;
using gnuplot::literal;

std::string monitor_name(const StudyResults& results) {
  return fmt::format("{}", results.config.study.monitor);
}

/// What comes behind the last dot of a key, with the one before where that says too little: "filters",
/// "dense.units".
std::string short_key(const std::string& key) {
  const auto dot = key.rfind('.');
  return dot == std::string::npos ? key : key.substr(dot + 1);
}

double value_of(const EpochRecord& record, Monitor monitor) {
  const double turned = monitored_value(monitor, record.validation);
  return smaller_is_better(monitor) ? -turned : turned;
}

/// Words of a parameter, in the order in which their places stand on its axis.
std::vector<std::string> words_of(const ParameterColumn& column) {
  std::vector<std::string> words = column.texts;
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

/// An axis of the parallel coordinates: where each variant stands on it, from 0 to 1, and what its ends mean.
struct Axis {
  std::string name;
  std::vector<double> places;
  std::vector<std::pair<double, std::string>> labels;
};

Axis axis_of(const std::string& name, const std::vector<double>& numbers, bool logarithmic) {
  Axis axis{name, {}, {}};
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  const double range = *most > *least ? *most - *least : 1;
  for (const double number : numbers) axis.places.push_back((number - *least) / range);
  const auto text = [&](double number) {
    return fmt::format("{:.4g}", logarithmic ? std::pow(10, number) : number);
  };
  axis.labels = {{0, text(*least)}};
  if (*most > *least) axis.labels.emplace_back(1, text(*most));
  return axis;
}

Axis axis_of(const ParameterColumn& column) {
  if (!column.numbers.empty()) return axis_of(short_key(column.key), column.numbers, column.logarithmic);
  Axis axis{short_key(column.key), {}, {}};
  const std::vector<std::string> words = words_of(column);
  const auto place = [&](std::size_t word) {
    return words.size() > 1 ? static_cast<double>(word) / static_cast<double>(words.size() - 1) : 0.5;
  };
  for (const std::string& text : column.texts)
    axis.places.push_back(
        place(static_cast<std::size_t>(std::find(words.begin(), words.end(), text) - words.begin())));
  constexpr std::size_t kMostLabels = 8;
  constexpr std::size_t kLongestLabel = 14;
  for (std::size_t w = 0; w < words.size() && words.size() <= kMostLabels; ++w)
    axis.labels.emplace_back(place(w), words[w].substr(0, kLongestLabel));
  return axis;
}

}  // namespace

Figure member_curves(const StudyResults& results) {
  const Monitor monitor = results.config.study.monitor;
  const std::string best = results.ranking.empty() ? "" : results.ranking.front().name;
  std::string of_best;
  std::string of_others;
  for (std::size_t i = 0; i < results.trials.size(); ++i) {
    std::string lines;
    for (const EpochRecord& record : results.histories[i])
      lines += fmt::format("{} {:.6g}\n", record.epoch, value_of(record, monitor));
    (results.trials[i].name == best ? of_best : of_others) += lines + "\n";
  }
  const std::string script =
      data_block("others", of_others) + data_block("best", of_best) +
      fmt::format(
          "set xlabel 'epoch'\nset ylabel {} noenhanced\nplot $others using 1:2 with linespoints lw 0.7 pt 7 "
          "ps 0.2 "
          "lc rgb RULE title 'the others', $best using 1:2 with linespoints lw 2 pt 7 ps 0.4 lc rgb "
          "'{}' title {}\n",
          literal(monitor_name(results)), color(0), literal(best.substr(0, 60)));
  return {"members", fmt::format("{} of every training by epoch.", monitor_name(results)), script};
}

Figure variant_spread(const StudyResults& results) {
  std::string runs;
  std::string means;
  std::string tics;
  const std::vector<VariantRuns> variants = runs_by_variant(results);
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const std::vector<double>& values = variants[v].values;
    constexpr std::size_t kLongestName = 24;
    tics += fmt::format("{}{} {}", v == 0 ? "" : ", ",
                        gnuplot::tick_label(variants[v].name.substr(0, kLongestName)), v);
    for (const double value : values) runs += fmt::format("{} {:.6g}\n", v, value);
    if (values.empty()) continue;
    const double spread = values.size() > 1 ? deviation(values) : 0;
    means += fmt::format("{} {:.6g} {:.6g}\n", v, mean(values), spread);
  }
  const std::string script =
      data_block("runs", runs + "\n") + data_block("means", means + "\n") +
      fmt::format(
          "set ylabel {} noenhanced\nset xrange [-0.5:{}]\nset xtics ({}) rotate by -35 noenhanced\nset "
          "bmargin 7\nplot $runs "
          "using 1:2 with points pt 7 ps 0.5 lc rgb RULE title 'a run', $means using ($1+0.15):2:3 with "
          "yerrorbars pt 5 ps 0.8 lw 1.5 lc rgb '{}' title 'mean, and deviation of a run'\n",
          literal(monitor_name(results)), static_cast<double>(variants.size()) - 0.5, tics, color(0));
  return {"variants", fmt::format("{} of each variant over seeds and folds.", monitor_name(results)), script};
}

Figure parallel_coordinates(const StudyResults& results, const std::vector<ParameterColumn>& columns,
                            const std::vector<double>& values) {
  std::vector<Axis> axes;
  for (const ParameterColumn& column : columns) axes.push_back(axis_of(column));
  axes.push_back(axis_of(monitor_name(results), values, false));
  // The better, the darker.
  std::vector<double> quality = axes.back().places;
  if (smaller_is_better(results.config.study.monitor)) {
    for (double& place : quality) place = 1 - place;
  }
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return quality[a] < quality[b]; });
  std::string lines;
  std::string best;
  for (const std::size_t variant : order) {
    std::string line;
    for (std::size_t a = 0; a < axes.size(); ++a)
      line += fmt::format("{} {:.4f} {:.4f}\n", a, axes[a].places[variant], quality[variant]);
    lines += line + "\n";
    best = line;
  }
  std::string tics;
  std::string labels;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    tics += fmt::format("{}{} {}", a == 0 ? "" : ", ", gnuplot::tick_label(axes[a].name), a);
    labels += fmt::format("set arrow from {0},0 to {0},1 nohead lw 1 lc rgb RULE back\n", a);
    for (const auto& [place, text] : axes[a].labels)
      labels += fmt::format("set label {} at {},{:.4f} offset 0.4,0.4 font ',8' front noenhanced\n",
                            literal(text), a, place);
  }
  const std::string script =
      data_block("lines", lines) + data_block("best", best) + gnuplot::palette() +
      fmt::format(
          "set xrange [-0.2:{}]\nset yrange [-0.05:1.1]\nunset ytics\nset border 0\nunset grid\nset cbrange "
          "[-0.2:1]\nunset colorbox\nset xtics ({}) scale 0 rotate by -20 noenhanced\nset bmargin 4\n{}plot "
          "$lines "
          "using "
          "1:2:3 with lines lw 1.2 lc palette notitle, $best using 1:2 with lines lw 2.5 lc rgb MARK title "
          "'the best'\n",
          static_cast<double>(axes.size()) - 0.4, tics, labels);
  return {"parameters",
          fmt::format("Each line is a variant, from its parameters to its {}; the better, the darker.",
                      monitor_name(results)),
          script, std::max(480, 100 * static_cast<int>(axes.size())), 360};
}

Figure importance_bars(const std::vector<ParameterColumn>& columns, const ParameterFit& fit) {
  std::vector<std::string> names;
  for (const ParameterColumn& column : columns) names.push_back(short_key(column.key));
  return stacked_bars(
      "importance",
      fmt::format(
          "How much each parameter matters: the share of the variants' variance that a quadratic function "
          "of it explains in a fit of all ({:.0f} % together).",
          100 * fit.explained),
      "parameter", "share of the variance", names, {{"share", fit.importance}});
}

Figure size_curve(const StudyResults& results) {
  const Monitor monitor = results.config.study.monitor;
  const std::vector<SizedError> points = errors_by_size(results);
  ChartLine measured{"mean of the runs, and its error", {}};
  double least = 0;
  double most = 0;
  for (const SizedError& point : points) {
    measured.points.push_back(
        {point.jets, point.error, point.error - point.sigma, point.error + point.sigma});
    least = least == 0 ? point.jets : std::min(least, point.jets);
    most = std::max(most, point.jets);
  }
  std::vector<ChartLine> lines = {measured};
  std::string law_text;
  if (const auto law = fit_power_law(points)) {
    law_text = fmt::format("; dashed: {:.3g} + {:.3g} jets^-{:.2f}", law->floor, law->scale, law->exponent);
    ChartLine line{"power law", {}, true};
    constexpr int kSteps = 60;
    for (int i = 0; i <= kSteps; ++i) {
      const double jets = least * std::pow(10 * most / least, static_cast<double>(i) / kSteps);
      line.points.push_back({jets, law->at(jets)});
    }
    lines.push_back(std::move(line));
  }
  const std::string label = smaller_is_better(monitor) ? monitor_name(results)
                            : is_rejection(monitor)    ? "1 / " + monitor_name(results)
                                                       : "1 - " + monitor_name(results);
  return line_chart("sizes", fmt::format("{} by the number of training jets{}.", label, law_text),
                    {"training jets", ChartAxis::Scale::decades}, {label, ChartAxis::Scale::decades}, lines);
}

}  // namespace jetrain
