#pragma once

/// \file
/// A training on ranks that the machine does not have: what the performance model (model.hpp) says of them,
/// how well it tells points that were measured, and which part breaks first.

#include <cstdint>
#include <string>
#include <vector>

#include "scaling/model.hpp"

namespace jetrain {

/// What is projected. As in a study, strong scaling gives all workers one batch and all jets, weak scaling
/// one batch (and, if `weak_jets` is not 0, so many jets) to each worker.
struct ProjectionPlan {
  Network network;
  std::vector<int> ranks;
  int threads = 1;
  std::int64_t training_jets = 1'200'000;
  std::int64_t validation_jets = 400'000;
  std::int64_t strong_batch = 16'384;
  std::int64_t weak_batch = 64;
  std::int64_t weak_jets = 0;
  bool all_validate = true;
};

struct ProjectionRow {
  ScalingMode mode = ScalingMode::strong;
  std::int64_t ranks = 1;
  std::int64_t nodes = 1;
  Workload work;
  EpochTime time;
  double jets_per_second = 0;   ///< training
  double efficiency = 1;        ///< of training, relative to one worker
  double whole_efficiency = 1;  ///< with validation and saving
  std::string largest_loss;     ///< the phase that takes most of what is lost
  double lost_share = 0;        ///< its part of the epoch, beyond a worker's share of one worker's time
};

struct Projection {
  ProjectionPlan plan;
  PerformanceModel model;
  std::vector<HeldOut> held_out;
  std::vector<ProjectionRow> rows;  ///< strong before weak, by ranks
};

/// DataError where the points are of several networks, or none is on one host.
Projection project(const std::vector<ScalingMeasurement>& points, const ProjectionPlan& plan);

}  // namespace jetrain
