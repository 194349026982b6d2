#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/checked_cast.hpp"
#include "core/order_statistics.hpp"
#include "jetrain/error.hpp"
#include "scaling/model.hpp"
#include "scaling/rounds.hpp"

namespace jetrain {
namespace {

double an_epoch(const ScalingMeasurement& m, const char* phase) {
  const auto found = m.seconds.find(phase);
  return found == m.seconds.end() ? 0
                                  : found->second / static_cast<double>(std::max<std::int64_t>(1, m.epochs));
}

/// y = a x0 + b x1 by weighted least squares, neither a nor b below 0.
class TwoTerms {
 public:
  /// The residual counts in units of `scale`; what has no size is left out.
  void add(double x0, double x1, double y, double scale) {
    if (!(scale > 0)) return;
    const double u = x0 / scale;
    const double v = x1 / scale;
    const double w = y / scale;
    s00_ += u * u;
    s01_ += u * v;
    s11_ += v * v;
    t0_ += u * w;
    t1_ += v * w;
  }

  std::tuple<double, double> solve() const {
    const double determinant = s00_ * s11_ - s01_ * s01_;
    if (determinant > 1e-9 * s00_ * s11_) {
      const double a = (t0_ * s11_ - t1_ * s01_) / determinant;
      const double b = (t1_ * s00_ - t0_ * s01_) / determinant;
      if (a >= 0 && b >= 0) return {a, b};
      if (a < 0) return {0, std::max(0.0, t1_ / s11_)};
    }
    if (s00_ > 0) return {std::max(0.0, t0_ / s00_), 0};
    return {0, s11_ > 0 ? std::max(0.0, t1_ / s11_) : 0};
  }

 private:
  double s00_ = 0;
  double s01_ = 0;
  double s11_ = 0;
  double t0_ = 0;
  double t1_ = 0;
};

/// y = a x, from sums of both.
class OneTerm {
 public:
  void add(double x, double y) {
    x_ += x;
    y_ += y;
  }
  double solve() const { return x_ > 0 ? std::max(0.0, y_ / x_) : 0; }

 private:
  double x_ = 0;
  double y_ = 0;
};

double median_or_0(const std::vector<double>& values) {
  return values.empty() ? 0 : median(values);
}

using PointKey = std::tuple<int, int, int, std::int64_t, std::int64_t>;
PointKey key_of(const ScalingMeasurement& m) {
  return {m.hosts, m.point.ranks, m.point.threads, m.batch_size, m.training_jets};
}

/// Of a point's repeats, phase by phase.
EpochTime median_epoch(const std::vector<ScalingMeasurement>& repeats) {
  EpochTime time;
  for (const EpochPhase& phase : epoch_phases()) {
    std::vector<double> values;
    for (const ScalingMeasurement& m : repeats) values.push_back(measured_epoch(m).*phase.seconds);
    time.*phase.seconds = median_or_0(values);
  }
  return time;
}

}  // namespace

Workload workload_of(const ScalingMeasurement& m) {
  return {m.training_jets, m.validation_jets, m.batch_size, m.parameters, m.all_validate, m.jet_bytes};
}

EpochTime measured_epoch(const ScalingMeasurement& m) {
  EpochTime time;
  for (const EpochPhase& phase : epoch_phases()) time.*phase.seconds = an_epoch(m, phase.name);
  // Each phase is of the rank that it took longest; what they leave of the epoch is waiting and the like.
  time.wait = 0;
  time.wait = std::max(0.0, an_epoch(m, "epochs") - time.training());
  return time;
}

PerformanceModel fit_model(const std::vector<ScalingMeasurement>& points) {
  TwoTerms compute;
  TwoTerms wait;
  TwoTerms reduce;
  OneTerm update;
  OneTerm jet;
  OneTerm forward;
  OneTerm score;
  std::vector<double> add;
  std::vector<double> messages;
  std::vector<double> save;
  for (const ScalingMeasurement& m : points) {
    if (m.hosts > 1) continue;
    const auto [mode, ranks, threads, repeat] = m.point;
    const EpochTime time = measured_epoch(m);
    const auto steps = static_cast<double>(m.steps);
    const double deep = log2_up(ranks);
    compute.add(training_rounds(m.training_jets, m.batch_size, ranks, threads), steps, time.compute,
                time.compute);
    update.add(steps, time.update);
    wait.add(steps, steps * deep, time.wait, time.training());
    const std::int64_t leaves = ceil_divide(m.validation_jets, kLanes);
    const double metrics = an_epoch(m, "metrics");
    forward.add(rounds(leaves, m.all_validate ? ranks : 1, threads), time.validate - metrics);
    score.add(static_cast<double>(m.validation_jets), metrics);
    save.push_back(time.save);
    add.push_back(m.communication.add_byte_seconds);
    if (ranks == 1) continue;
    for (const auto& [bytes, seconds] : m.communication.allreduce)
      reduce.add(static_cast<double>(bytes), deep, seconds, seconds);
    reduce.add(static_cast<double>(8 * m.parameters), deep, time.allreduce / steps, time.allreduce / steps);
    jet.add(static_cast<double>(m.training_jets) / ranks, time.redistribute);
    messages.push_back(m.communication.message_seconds);
  }
  if (save.empty())
    throw DataError(
        "no point on one host: measure some with `jetrain scaling run` there, to fit the model to");
  PerformanceModel model;
  std::tie(model.leaf, model.step) = compute.solve();
  std::tie(model.other, model.jitter) = wait.solve();
  std::tie(model.share, model.barrier) = reduce.solve();
  model.update = update.solve();
  model.jet = jet.solve();
  model.forward = forward.solve();
  model.score = score.solve();
  model.add = median_or_0(add);
  model.node_message = median_or_0(messages);
  model.save = median_or_0(save);
  return model;
}

std::vector<HeldOut> held_out(const std::vector<ScalingMeasurement>& points, const Network& network) {
  std::map<PointKey, std::vector<ScalingMeasurement>> by_point;
  for (const ScalingMeasurement& m : points) by_point[key_of(m)].push_back(m);
  std::vector<HeldOut> all;
  for (const auto& [key, repeats] : by_point) {
    std::vector<ScalingMeasurement> others;
    for (const ScalingMeasurement& m : points) {
      if (m.hosts == 1 && key_of(m) != key) others.push_back(m);
    }
    if (others.empty()) continue;
    const ScalingMeasurement& m = repeats.front();
    Network here = network;
    here.ranks_per_node = ceil_divide(m.point.ranks, m.hosts);
    all.push_back({m, median_epoch(repeats),
                   fit_model(others).predict(workload_of(m), m.point.ranks, m.point.threads, here)});
  }
  return all;
}

}  // namespace jetrain
