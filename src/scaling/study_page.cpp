#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "pictures/html.hpp"
#include "pictures/line_chart.hpp"
#include "pictures/stacked_bars.hpp"
#include "scaling/report.hpp"

namespace jetrain {
namespace {

constexpr std::array kModes = {ScalingMode::strong, ScalingMode::weak};

using Value = std::function<ChartPoint(const ScalingRow&)>;

double workers(const ScalingRow& row) {
  return static_cast<double>(row.first.point.workers());
}

bool has_mode(const ScalingSummary& summary, ScalingMode mode) {
  return std::any_of(summary.rows.begin(), summary.rows.end(),
                     [&](const ScalingRow& row) { return row.first.point.mode == mode; });
}

/// A line for each mode and number of threads.
std::vector<ChartLine> measured_lines(const ScalingSummary& summary, const Value& value) {
  std::vector<ChartLine> all;
  for (const ScalingMode mode : kModes) {
    std::map<int, ChartLine> by_threads;
    for (const ScalingRow& row : summary.rows) {
      if (row.first.point.mode != mode) continue;
      ChartLine& line = by_threads[row.first.point.threads];
      line.name = fmt::format("{}, {} thread{}", word_of(mode).text, row.first.point.threads,
                              row.first.point.threads == 1 ? "" : "s");
      line.points.push_back(value(row));
    }
    for (auto& [threads, line] : by_threads) all.push_back(std::move(line));
  }
  return all;
}

/// What `value` says of every row, for each mode a line of its own: they begin at points of their own.
void add_comparison(std::vector<ChartLine>& lines, const ScalingSummary& summary, const std::string& name,
                    const Value& value) {
  const bool both = has_mode(summary, ScalingMode::strong) && has_mode(summary, ScalingMode::weak);
  for (const ScalingMode mode : kModes) {
    if (!has_mode(summary, mode)) continue;
    ChartLine line{both ? fmt::format("{}, {}", name, word_of(mode).text) : name, {}, true};
    for (const ScalingRow& row : summary.rows) {
      if (row.first.point.mode == mode) line.points.push_back(value(row));
    }
    std::stable_sort(line.points.begin(), line.points.end(),
                     [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
    lines.push_back(std::move(line));
  }
}

const ChartAxis kWorkers{"workers (ranks x threads)", ChartAxis::Scale::doubled};

Figure throughput_figure(const ScalingSummary& summary) {
  std::vector<ChartLine> lines = measured_lines(summary, [](const ScalingRow& row) {
    return ChartPoint{workers(row), row.rate.median, row.rate.low, row.rate.high};
  });
  add_comparison(lines, summary, "ideal", [](const ScalingRow& row) {
    return ChartPoint{workers(row), row.rate.median / row.efficiency.median};
  });
  return line_chart("throughput",
                    "Throughput of training, the median of the repeats, with their range. Ideal: that of the "
                    "fewest workers times the workers.",
                    kWorkers, {"jets/s", ChartAxis::Scale::decades}, lines);
}

Figure efficiency_figure(const ScalingSummary& summary) {
  std::vector<ChartLine> lines = measured_lines(summary, [](const ScalingRow& row) {
    return ChartPoint{workers(row), row.efficiency.median, row.efficiency.low, row.efficiency.high};
  });
  add_comparison(lines, summary, "machine", [](const ScalingRow& row) {
    return ChartPoint{workers(row), row.machine_efficiency};
  });
  return line_chart("efficiency",
                    "Parallel efficiency of training, relative to the fewest workers, with the range of the "
                    "repeats. Machine: the efficiency of bare multiply-adds in the same runs.",
                    kWorkers, {"efficiency"}, lines);
}

Figure phase_figure(const ScalingSummary& summary, ScalingMode mode) {
  std::vector<std::string> bars;
  std::vector<BarPart> parts;
  for (std::size_t p = kFirstPhaseOfEpoch; p < kScalingPhases.size(); ++p)
    parts.push_back({kScalingPhases[p], {}});
  for (const ScalingRow& row : summary.rows) {
    if (row.first.point.mode != mode) continue;
    bars.push_back(workers_text(row));
    for (BarPart& part : parts) part.heights.push_back(row.seconds.at(part.name).median);
  }
  return stacked_bars(
      fmt::format("phases_{}", word_of(mode).text),
      fmt::format("An epoch's time by phase, {} scaling; from below as in the legend.", word_of(mode).text),
      "ranks x threads", "seconds", bars, parts);
}

}  // namespace

std::vector<PageSection> page_sections(const ScalingSummary& summary) {
  std::vector<Figure> phases;
  for (const ScalingMode mode : kModes) {
    if (has_mode(summary, mode)) phases.push_back(phase_figure(summary, mode));
  }
  const std::string hashes = hash_sentence(summary);
  const std::string said =
      summary.strong_hashes.size() > 1 ? note_html(hashes) : fmt::format("<p>{}</p>\n", html_escaped(hashes));
  return {{"", hashes.empty() ? "" : said, {}},
          {"Throughput and efficiency",
           to_html(rate_table(summary),
                   "Efficiencies are relative to the fewest workers of the same mode; machine: of bare "
                   "multiply-adds"),
           {throughput_figure(summary), efficiency_figure(summary)}},
          {"Where the time goes", to_html(phase_table(summary), std::string("Seconds: ") + kPhaseNote),
           std::move(phases)}};
}

}  // namespace jetrain
