#include "scaling/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/input_file.hpp"
#include "core/record_json.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> measurement_files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const fs::path& entry : entries_of(folder)) {
    const fs::path file = entry / "point.json";
    if (is_there(file)) files.push_back(file);
  }
  return files;
}

}  // namespace

std::string ScalingPoint::directory() const {
  return fmt::format("{}_r{:04}_t{:02}_{}", word_of(mode).text, ranks, threads, repeat);
}

std::vector<ScalingPoint> scaling_points(ScalingMode mode, const std::vector<int>& ranks,
                                         const std::vector<int>& threads, int repeats) {
  std::vector<ScalingPoint> points;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (const int r : ranks) {
      for (const int t : threads) points.push_back({mode, r, t, repeat});
    }
  }
  return points;
}

Config config_of(const ScalingPoint& point, Config config) {
  if (!config.train.batch_schedule.empty())
    throw UsageError("train.batch_schedule: a point of a scaling study has one batch: leave it out");
  if (point.mode == ScalingMode::weak) {
    config.train.batch_size *= point.workers();
    config.data.limit.jets *= point.workers();
    if (config.train.batch_size > rules::kLargestBatch) {
      throw UsageError(
          fmt::format("weak scaling to {} workers makes a batch of {}, more than {}: lower train.batch_size, "
                      "which is the "
                      "batch of one worker here",
                      point.workers(), config.train.batch_size, rules::kLargestBatch));
    }
  }
  config.early_stopping = {};
  config.early_stopping.enabled = false;
  config.checkpoint.every_steps = 0;
  config.checkpoint.every_seconds = 0;
  return config;
}

std::string to_json(const ScalingMeasurement& measurement) {
  return json_text(json_of(measurement));
}

ScalingMeasurement measurement_from_json(const std::string& text, const std::string& path) {
  ScalingMeasurement measurement;
  const auto refuse = [&](const std::exception& error) {
    throw DataError(fmt::format("{} is not a point of a scaling study: {}", path, error.what()));
  };
  try {
    read_json(Json::parse(text), measurement);
  } catch (const Json::exception& error) {
    refuse(error);
  } catch (const DataError& error) {
    refuse(error);
  }
  return measurement;
}

std::vector<ScalingMeasurement> with_own_cores(std::vector<ScalingMeasurement> points) {
  constexpr double kCrowded = 0.7;
  const auto peak = [](const ScalingMeasurement& m) {
    return m.fma_gflops / static_cast<double>(m.point.workers());
  };
  double best = 0;
  for (const ScalingMeasurement& m : points) best = std::max(best, peak(m));
  std::erase_if(points, [&](const ScalingMeasurement& m) { return peak(m) < kCrowded * best; });
  return points;
}

bool has_measurements(const std::string& folder) {
  return !measurement_files(folder).empty();
}

std::vector<ScalingMeasurement> read_measurements(const std::string& folder) {
  const std::vector<fs::path> files = measurement_files(folder);
  if (files.empty())
    throw DataError(
        fmt::format("{} holds no points of a scaling study: make some with `jetrain scaling run`", folder));
  std::vector<ScalingMeasurement> all;
  for (const fs::path& file : files)
    all.push_back(measurement_from_json(read_whole(file.string()), file.string()));
  return all;
}

}  // namespace jetrain
