#include "scaling/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include "core/order_statistics.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

Spread spread(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {median(values), *low, *high};
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
  for (const char* phase : kScalingPhases)
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

}  // namespace jetrain
