#pragma once

/// \file
/// What the points of a scaling study say together.

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "scaling/points.hpp"

namespace jetrain {

/// The phases of a training, as they follow one another; those of an epoch come after the first two.
inline constexpr std::array kScalingPhases = {"read",      "preprocess",   "compute",  "update", "wait",
                                              "allreduce", "redistribute", "validate", "save"};
inline constexpr std::size_t kFirstPhaseOfEpoch = 2;

/// Of a point's repeats.
struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};

/// One number of ranks and threads, over its repeats. Speed-up and efficiency are relative to the row of the
/// same mode with the fewest workers: efficiency = (rate / workers) / (its rate / its workers), speed-up =
/// rate / its rate times its workers.
struct ScalingRow {
  ScalingMeasurement first;  ///< the point itself; times and rates are those of its first repeat
  int repeats = 0;
  Spread rate;  ///< training jets/s
  double speed_up = 1;
  Spread efficiency;                      ///< of training
  double whole_efficiency = 1;            ///< with validation
  double machine_efficiency = 1;          ///< of bare multiply-adds, measured in the same runs
  std::map<std::string, Spread> seconds;  ///< by phase: read and preprocess once, all others an epoch
  Spread peak_rss_bytes;
};

struct ScalingSummary {
  std::vector<ScalingRow> rows;            ///< strong before weak, then by workers, ranks
  std::vector<std::string> strong_hashes;  ///< of all strong points, each once: one, where all is well
};

/// DataError where the points are not of one study (other networks or epochs).
ScalingSummary summarize(const std::vector<ScalingMeasurement>& measurements);

}  // namespace jetrain
