#pragma once

/// \file
/// The points of a scaling study: the same training on different numbers of ranks and threads.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/record.hpp"
#include "core/word.hpp"
#include "scaling/probe.hpp"

namespace jetrain {

enum class ScalingMode : std::uint8_t {
  strong,  ///< one problem, more workers
  weak,    ///< a batch (and data.limit.jets) that grows with the workers (ranks x threads)
};

constexpr Word word_of(ScalingMode mode) {
  switch (mode) {
    case ScalingMode::strong:
      return {"strong"};
    case ScalingMode::weak:
      return {"weak"};
  }
  return {};
}

/// One training of the study.
struct ScalingPoint {
  ScalingMode mode = ScalingMode::strong;
  int ranks = 1;
  int threads = 1;
  int repeat = 0;
  std::int64_t workers() const { return std::int64_t{ranks} * threads; }
  /// Its folder in the study's: "strong_r0002_t01_0".
  std::string directory() const;

  template <class Self, class Visitor>
  static void fields(Self& p, Visitor& visit) {
    visit("mode", p.mode);
    visit("ranks", p.ranks);
    visit("threads", p.threads);
    visit("repeat", p.repeat);
  }
};

/// All combinations, repeats outermost, so that a slow hour of the machine is spread over all points.
std::vector<ScalingPoint> scaling_points(ScalingMode mode, const std::vector<int>& ranks,
                                         const std::vector<int>& threads, int repeats);

/// What the point trains: always all epochs, and no checkpoint on the way. UsageError where the batch becomes
/// too large.
Config config_of(const ScalingPoint& point, Config config);

/// What a point measured.
struct ScalingMeasurement {
  /// What older files are read with: 45 pixels of two and four bytes, and lengths.
  static constexpr double kImageBytes = 280;

  ScalingPoint point;
  std::string weights_hash;
  std::int64_t batch_size = 0;
  std::int64_t steps = 0;  ///< of an epoch
  std::int64_t epochs = 0;
  std::int64_t training_jets = 0;
  std::int64_t validation_jets = 0;
  std::int64_t parameters = 0;
  bool all_validate = true;  ///< validation.ranks: all
  int hosts = 1;
  double jet_bytes = kImageBytes;         ///< of a jet on its way between ranks, the mean
  double jets_per_second = 0;             ///< training, the median epoch
  double fma_gflops = 0;                  ///< multiply-add peak of all workers at once, measured just after
  std::int64_t peak_rss_bytes = 0;        ///< of the largest rank
  std::map<std::string, double> seconds;  ///< by phase, of the slowest rank, as in result.json
  CommunicationProbe communication;

  template <class Self, class Visitor>
  static void fields(Self& m, Visitor& visit) {
    visit.joined("", m.point);
    visit("weights_hash", m.weights_hash);
    visit("batch_size", m.batch_size);
    visit("steps", m.steps);
    visit("epochs", m.epochs);
    visit("training_jets", m.training_jets);
    visit("validation_jets", m.validation_jets);
    visit("parameters", m.parameters);
    visit("all_validate", m.all_validate);
    visit("hosts", m.hosts);
    visit("jet_bytes", m.jet_bytes, {.may_lack = true});
    visit("jets_per_second", m.jets_per_second);
    visit("fma_gflops", m.fma_gflops);
    visit("peak_rss_bytes", m.peak_rss_bytes);
    visit("seconds", m.seconds);
    visit.joined("", m.communication);
  }
};

std::string to_json(const ScalingMeasurement& measurement);
/// DataError where `text` (of the file `path`) is not one.
ScalingMeasurement measurement_from_json(const std::string& text, const std::string& path);

bool has_measurements(const std::string& folder);

/// Without the points whose workers shared cores, where a multiply-add took much longer than in the quickest
/// point: their times say nothing of ranks with cores of their own.
std::vector<ScalingMeasurement> with_own_cores(std::vector<ScalingMeasurement> points);

/// The measurements in a study's folder. DataError where there is none, or one is damaged.
std::vector<ScalingMeasurement> read_measurements(const std::string& folder);

}  // namespace jetrain
