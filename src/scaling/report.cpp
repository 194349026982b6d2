#include "scaling/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "jetrain/error.hpp"
#include "report/plot.hpp"

namespace jetrain {
namespace {

/// As they follow one another; those of an epoch come after the first two.
constexpr std::array kPhases = {"read",      "preprocess",   "compute",  "update", "wait",
                                "allreduce", "redistribute", "validate", "save"};
constexpr std::size_t kFirstOfEpoch = 2;

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {(values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2, values.front(), values.back()};
}

double phase_seconds(const ScalingMeasurement& m, const std::string& phase) {
  const auto found = m.seconds.find(phase);
  const double all = found == m.seconds.end() ? 0 : found->second;
  return phase == "read" || phase == "preprocess"
             ? all
             : all / static_cast<double>(std::max<std::int64_t>(1, m.epochs));
}

double whole_rate(const ScalingMeasurement& m) {
  const double jets = static_cast<double>(m.training_jets);
  return jets / (jets / m.jets_per_second + phase_seconds(m, "validate"));
}

ScalingRow row_of(const std::vector<ScalingMeasurement>& repeats) {
  const auto over = [&](const std::function<double(const ScalingMeasurement&)>& value) {
    std::vector<double> values;
    for (const ScalingMeasurement& m : repeats) values.push_back(value(m));
    return spread(values);
  };
  ScalingRow row;
  row.first = repeats.front();
  row.repeats = static_cast<int>(repeats.size());
  row.rate = over([](const ScalingMeasurement& m) { return m.jets_per_second; });
  row.whole_efficiency = over(whole_rate).median;  // a rate still
  row.machine_efficiency = over([](const ScalingMeasurement& m) { return m.fma_gflops; }).median;
  for (const char* phase : kPhases)
    row.seconds[phase] = over([&](const ScalingMeasurement& m) { return phase_seconds(m, phase); });
  row.peak_rss_bytes =
      over([](const ScalingMeasurement& m) { return static_cast<double>(m.peak_rss_bytes); });
  return row;
}

/// Rates become efficiencies, against `base`, which still has its rates.
void compare(ScalingRow& row, const ScalingRow& base) {
  const double workers =
      static_cast<double>(row.first.point.workers()) / static_cast<double>(base.first.point.workers());
  const double unit = base.rate.median * workers;
  row.efficiency = {row.rate.median / unit, row.rate.low / unit, row.rate.high / unit};
  row.speed_up = row.rate.median / base.rate.median * static_cast<double>(base.first.point.workers());
  row.whole_efficiency /= base.whole_efficiency * workers;
  row.machine_efficiency /= base.machine_efficiency * workers;
}

std::string workers_text(const ScalingRow& row) {
  return fmt::format("{}x{}", row.first.point.ranks, row.first.point.threads);
}

std::string hash_sentence(const ScalingSummary& summary) {
  if (summary.strong_hashes.empty()) return "";
  if (summary.strong_hashes.size() == 1)
    return fmt::format("All points of strong scaling gave the same weights, bit for bit: {}.",
                       summary.strong_hashes[0]);
  return fmt::format(
      "WARNING: the points of strong scaling gave {} different weights (the first two: {}, {}). They should "
      "be "
      "the same: were they run by one binary, on processors of one kind, on the same data?",
      summary.strong_hashes.size(), summary.strong_hashes[0], summary.strong_hashes[1]);
}

/// The columns of the CSV file, and of the JSON rows.
std::vector<std::pair<std::string, nlohmann::json>> columns(const ScalingRow& row) {
  const ScalingMeasurement& m = row.first;
  std::vector<std::pair<std::string, nlohmann::json>> all = {
      {"mode", name_of(m.point.mode)},
      {"ranks", m.point.ranks},
      {"threads", m.point.threads},
      {"workers", m.point.workers()},
      {"hosts", m.hosts},
      {"repeats", row.repeats},
      {"batch_size", m.batch_size},
      {"training_jets", m.training_jets},
      {"jets_per_second", row.rate.median},
      {"jets_per_second_low", row.rate.low},
      {"jets_per_second_high", row.rate.high},
      {"speed_up", row.speed_up},
      {"efficiency", row.efficiency.median},
      {"efficiency_with_validation", row.whole_efficiency},
      {"machine_efficiency", row.machine_efficiency}};
  for (const char* phase : kPhases) {
    const Spread& s = row.seconds.at(phase);
    all.emplace_back(fmt::format("{}_seconds", phase), s.median);
    all.emplace_back(fmt::format("{}_seconds_low", phase), s.low);
    all.emplace_back(fmt::format("{}_seconds_high", phase), s.high);
  }
  all.emplace_back("peak_rss_bytes", row.peak_rss_bytes.median);
  all.emplace_back("weights_hash", m.weights_hash);
  return all;
}

using Value = std::function<PlotPoint(const ScalingRow&)>;

std::vector<PlotSeries> series_by_mode(const ScalingSummary& summary, const Value& value, const Value& ideal,
                                       const std::string& ideal_name) {
  std::vector<PlotSeries> all;
  for (const ScalingMode mode : {ScalingMode::strong, ScalingMode::weak}) {
    std::map<int, PlotSeries> by_threads;
    for (const ScalingRow& row : summary.rows) {
      if (row.first.point.mode != mode) continue;
      PlotSeries& series = by_threads[row.first.point.threads];
      series.name = fmt::format("{}, {} thread{}", name_of(mode), row.first.point.threads,
                                row.first.point.threads == 1 ? "" : "s");
      series.points.push_back(value(row));
    }
    for (auto& [threads, series] : by_threads) all.push_back(std::move(series));
  }
  PlotSeries line{ideal_name, {}, true};
  for (const ScalingRow& row : summary.rows) line.points.push_back(ideal(row));
  std::sort(line.points.begin(), line.points.end(),
            [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
  all.push_back(std::move(line));
  return all;
}

std::string phase_bars(const ScalingSummary& summary, ScalingMode mode) {
  std::vector<std::string> bars;
  std::vector<PlotSeries> parts;
  for (std::size_t p = kFirstOfEpoch; p < kPhases.size(); ++p) parts.push_back({kPhases[p], {}, false});
  for (const ScalingRow& row : summary.rows) {
    if (row.first.point.mode != mode) continue;
    bars.push_back(workers_text(row));
    for (PlotSeries& part : parts) part.points.push_back({0, row.seconds.at(part.name).median, 0, 0});
  }
  if (bars.empty()) return "";
  return stacked_bars(
      {fmt::format("An epoch's time, {} scaling", name_of(mode)), "ranks x threads", "seconds"}, bars, parts);
}

}  // namespace

ScalingSummary summarize(const std::vector<ScalingMeasurement>& measurements) {
  using Key = std::tuple<ScalingMode, std::int64_t, int>;
  std::map<Key, std::vector<ScalingMeasurement>> by_point;
  std::set<std::string> hashes;
  for (const ScalingMeasurement& m : measurements) {
    if (m.parameters != measurements.front().parameters || m.epochs != measurements.front().epochs) {
      throw DataError(
          fmt::format("{} and {} are not points of one study: {} parameters and {} epochs, {} and {}",
                      measurements.front().point.directory(), m.point.directory(),
                      measurements.front().parameters, measurements.front().epochs, m.parameters, m.epochs));
    }
    by_point[{m.point.mode, m.point.workers(), m.point.ranks}].push_back(m);
    if (m.point.mode == ScalingMode::strong) hashes.insert(m.weights_hash);
  }
  ScalingSummary summary;
  summary.strong_hashes.assign(hashes.begin(), hashes.end());
  std::map<ScalingMode, ScalingRow> bases;
  for (const auto& [key, repeats] : by_point) {
    ScalingRow row = row_of(repeats);
    const ScalingRow& base = bases.try_emplace(row.first.point.mode, row).first->second;
    compare(row, base);
    summary.rows.push_back(std::move(row));
  }
  return summary;
}

std::string to_text(const ScalingSummary& summary) {
  std::string text =
      fmt::format("{:<7}{:>10}{:>9}{:>12}{:>16}{:>10}{:>12}{:>15}{:>10}{:>9}\n", "mode", "ranks x t", "batch",
                  "jets/s", "low-high", "speed-up", "efficiency", "w. validation", "machine", "memory");
  for (const ScalingRow& row : summary.rows) {
    text += fmt::format(
        "{:<7}{:>10}{:>9}{:>12.0f}{:>16}{:>10.2f}{:>10.1f} %{:>13.1f} %{:>8.1f} %{:>6.0f} MB\n",
        name_of(row.first.point.mode), workers_text(row), row.first.batch_size, row.rate.median,
        fmt::format("{:.0f}-{:.0f}", row.rate.low, row.rate.high), row.speed_up, 100 * row.efficiency.median,
        100 * row.whole_efficiency, 100 * row.machine_efficiency, row.peak_rss_bytes.median / 1e6);
  }
  text += fmt::format("\n{:<7}{:>10}", "seconds", "ranks x t");
  for (const char* phase : kPhases) text += fmt::format("{:>13}", phase);
  for (const ScalingRow& row : summary.rows) {
    text += fmt::format("\n{:<7}{:>10}", name_of(row.first.point.mode), workers_text(row));
    for (const char* phase : kPhases) text += fmt::format("{:>13.3f}", row.seconds.at(phase).median);
  }
  text +=
      "\n(read and preprocess once, the others an epoch; of the slowest rank; machine: bare multiply-adds)\n";
  return text + hash_sentence(summary);
}

std::string to_csv(const ScalingSummary& summary) {
  std::string text;
  for (const ScalingRow& row : summary.rows) {
    std::vector<std::string> keys;
    std::vector<std::string> values;
    for (const auto& [key, value] : columns(row)) {
      keys.push_back(key);
      values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (text.empty()) text = fmt::format("{}\n", fmt::join(keys, ","));
    text += fmt::format("{}\n", fmt::join(values, ","));
  }
  return text;
}

std::string to_json(const ScalingSummary& summary) {
  nlohmann::ordered_json json;
  json["strong_weights_hashes"] = summary.strong_hashes;
  for (const ScalingRow& row : summary.rows) {
    nlohmann::ordered_json object;
    for (const auto& [key, value] : columns(row)) object[key] = value;
    json["points"].push_back(object);
  }
  return json.dump(2) + "\n";
}

std::string to_html(const ScalingSummary& summary) {
  const auto workers = [](const ScalingRow& row) { return static_cast<double>(row.first.point.workers()); };
  std::string html = page_begin("Scaling study");
  html += fmt::format("<p>{}</p>\n", html_escaped(hash_sentence(summary)));
  html += line_plot({"Throughput", "workers (ranks x threads)", "jets/s", true, true},
                    series_by_mode(
                        summary,
                        [&](const ScalingRow& r) {
                          return PlotPoint{workers(r), r.rate.median, r.rate.low, r.rate.high};
                        },
                        [&](const ScalingRow& r) {
                          const double ideal = r.rate.median / r.efficiency.median;
                          return PlotPoint{workers(r), ideal, ideal, ideal};
                        },
                        "ideal"));
  html += line_plot(
      {"Parallel efficiency of training", "workers (ranks x threads)", "efficiency", true, false},
      series_by_mode(
          summary,
          [&](const ScalingRow& r) {
            return PlotPoint{workers(r), r.efficiency.median, r.efficiency.low, r.efficiency.high};
          },
          [&](const ScalingRow& r) {
            return PlotPoint{workers(r), r.machine_efficiency, r.machine_efficiency, r.machine_efficiency};
          },
          "machine"));
  html += phase_bars(summary, ScalingMode::strong) + phase_bars(summary, ScalingMode::weak);
  html += fmt::format("<pre>{}</pre>\n</body></html>\n", html_escaped(to_text(summary)));
  return html;
}

}  // namespace jetrain
