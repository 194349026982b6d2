#include "scaling/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/record_json.hpp"

namespace jetrain {
namespace {

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

/// The columns of the CSV file, and of the JSON rows.
nlohmann::ordered_json columns(const ScalingRow& row) {
  const ScalingMeasurement& m = row.first;
  nlohmann::ordered_json all = {{"mode", word_of(m.point.mode).text},
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
  for (const char* phase : kScalingPhases) {
    const Spread& s = row.seconds.at(phase);
    all[fmt::format("{}_seconds", phase)] = s.median;
    all[fmt::format("{}_seconds_low", phase)] = s.low;
    all[fmt::format("{}_seconds_high", phase)] = s.high;
  }
  all["peak_rss_bytes"] = row.peak_rss_bytes.median;
  all["weights_hash"] = m.weights_hash;
  return all;
}

std::vector<nlohmann::ordered_json> all_columns(const ScalingSummary& summary) {
  std::vector<nlohmann::ordered_json> rows;
  for (const ScalingRow& row : summary.rows) rows.push_back(columns(row));
  return rows;
}

}  // namespace

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

Table rate_table(const ScalingSummary& summary) {
  Table table{{{"mode", 7, true},
               {"ranks x t", 10},
               {"batch", 9},
               {"jets/s", 12},
               {"low-high", 16},
               {"speed-up", 10},
               {"efficiency", 12},
               {"w. validation", 15},
               {"machine", 10},
               {"memory", 9}},
              {}};
  for (const ScalingRow& row : summary.rows) {
    table.rows.push_back(
        {word_of(row.first.point.mode).text, workers_text(row), fmt::format("{}", row.first.batch_size),
         fmt::format("{:.0f}", row.rate.median), fmt::format("{:.0f}-{:.0f}", row.rate.low, row.rate.high),
         fmt::format("{:.2f}", row.speed_up), percent(row.efficiency.median), percent(row.whole_efficiency),
         percent(row.machine_efficiency), fmt::format("{:.0f} MB", row.peak_rss_bytes.median / 1e6)});
  }
  return table;
}

Table phase_table(const ScalingSummary& summary) {
  Table table{{{"seconds", 7, true}, {"ranks x t", 10}}, {}};
  for (const char* phase : kScalingPhases) table.columns.push_back({phase, 13});
  for (const ScalingRow& row : summary.rows) {
    table.rows.push_back({word_of(row.first.point.mode).text, workers_text(row)});
    for (const char* phase : kScalingPhases)
      table.rows.back().push_back(fmt::format("{:.3f}", row.seconds.at(phase).median));
  }
  return table;
}

std::string to_text(const ScalingSummary& summary) {
  return fmt::format("{}\n{}({}; machine: bare multiply-adds)\n{}", to_text(rate_table(summary)),
                     to_text(phase_table(summary)), kPhaseNote, hash_sentence(summary));
}

std::string to_csv(const ScalingSummary& summary) {
  return to_csv(all_columns(summary));
}

std::string to_json(const ScalingSummary& summary) {
  nlohmann::ordered_json json;
  json["strong_weights_hashes"] = summary.strong_hashes;
  json["points"] = all_columns(summary);
  return json_text(json);
}

}  // namespace jetrain
