#include "scaling/projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/checked_cast.hpp"
#include "jetrain/error.hpp"

namespace jetrain {
namespace {

/// `measured`: a point, which says what a network and a jet are.
Workload work_of(const ProjectionPlan& plan, ScalingMode mode, std::int64_t workers,
                 const ScalingMeasurement& measured) {
  Workload work{plan.training_jets,  plan.validation_jets, plan.strong_batch,
                measured.parameters, plan.all_validate,    measured.jet_bytes};
  if (mode == ScalingMode::weak) {
    work.batch_size = plan.weak_batch * workers;
    if (plan.weak_jets > 0) {
      // As data.limit.jets does: the share that validates stays the same.
      work.training_jets = plan.weak_jets * workers;
      work.validation_jets = work.training_jets * plan.validation_jets / plan.training_jets;
    }
  }
  return work;
}

/// What the phase takes beyond this row's share of one worker's time is lost; the largest is named.
void name_largest_loss(ProjectionRow& row, const EpochTime& one, double workers, double more_jets) {
  double worst = 0;
  for (const EpochPhase& phase : epoch_phases()) {
    const double lost = row.time.*phase.seconds - one.*phase.seconds * more_jets / workers;
    if (lost <= worst) continue;
    worst = lost;
    row.largest_loss = phase.name;
  }
  row.lost_share = worst / row.time.all();
}

}  // namespace

Projection project(const std::vector<ScalingMeasurement>& points, const ProjectionPlan& plan) {
  for (const ScalingMeasurement& m : points) {
    if (m.parameters == points.front().parameters) continue;
    throw DataError(
        fmt::format("points of two networks, of {} and {} parameters: project from studies of one network",
                    points.front().parameters, m.parameters));
  }
  Projection projection{plan, fit_model(points), held_out(points, plan.network), {}};
  const ScalingMeasurement& measured = points.front();
  for (const ScalingMode mode : {ScalingMode::strong, ScalingMode::weak}) {
    const Workload alone = work_of(plan, mode, 1, measured);
    const EpochTime one = projection.model.predict(alone, 1, 1, plan.network);
    for (const int ranks : plan.ranks) {
      const std::int64_t workers = std::int64_t{ranks} * plan.threads;
      ProjectionRow row;
      row.mode = mode;
      row.ranks = ranks;
      row.nodes = ceil_divide(std::int64_t{ranks}, plan.network.ranks_per_node);
      row.work = work_of(plan, mode, workers, measured);
      row.time = projection.model.predict(row.work, ranks, plan.threads, plan.network);
      row.jets_per_second = static_cast<double>(row.work.training_jets) / row.time.training();
      const double more_jets =
          static_cast<double>(row.work.training_jets) / static_cast<double>(alone.training_jets);
      const auto w = static_cast<double>(workers);
      row.efficiency = more_jets * one.training() / w / row.time.training();
      row.whole_efficiency = more_jets * one.all() / w / row.time.all();
      name_largest_loss(row, one, w, more_jets);
      projection.rows.push_back(std::move(row));
    }
  }
  return projection;
}

}  // namespace jetrain
