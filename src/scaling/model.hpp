#pragma once

/// \file
/// What an epoch takes on any number of workers, from measured points and a network's figures.
///
/// An epoch of S steps with batch B on W = R x T workers, R ranks on N nodes, q = R / N ranks each:
///
///     compute       S t_step + rounds t_leaf                 rounds: leaves of the busiest worker
///     update        S t_update
///     wait          S (t_other + t_jitter log2 R)            what is not counted elsewhere, and unevenness
///     allreduce     S (t_node(q) + t_network(N, n))          n: bytes of all gradients, 8 each
///     redistribute  J / R t_jet + windows (ceil(log2 N) latency + (R - q) o + (q - 1) o_node)
///                   + J / N (1 - 1/N) b / bandwidth
///     validate      rounds of V t_forward + V t_score + 4 V / bandwidth + 14 ceil(log2 N)
///     latency save          t_save + 6 ceil(log2 N) latency
///
/// J jets train, V validate; b bytes is a jet on its way, as the points measured it; o is the time to send a
/// message and to take one (LogP's overhead; Culler et al., PPoPP'93); windows is how often jets travel in an
/// epoch (batch_feeder.hpp). With `validation.ranks: root` the forward passes are rank 0's alone. Between
/// nodes, Rabenseifner's allreduce (reduce-scatter by recursive halving, then allgather; Thakur, Rabenseifner
/// and Gropp, IJHPCA 19 (2005) 49) in Hockney's terms, latency and bandwidth:
///
///     t_network(N, n) = 2 ceil(log2 N) latency + 2 (N - 1)/N n / bandwidth + (N - 1)/N n t_add / q
///
/// since the q ranks of a node share its link, and the adding. Within a node, by shared memory: barriers, and
/// each rank adds its slice of all ranks' gradients,
///
///     t_node(q) = t_barrier ceil(log2 q) + n t_share                              (0 for q = 1)
///
/// t_share does not grow with q while the ranks' cores have the bandwidth for it. Where nodes hang on several
/// switches, what travels between switches does so at bandwidth / oversubscription: in the allreduce all
/// exchanges with nodes further away than a switch has nodes, of jets the share that is at home there.

#include <cstdint>
#include <string>
#include <vector>

#include "scaling/points.hpp"

namespace jetrain {

/// A network that the user names: one full-duplex link a node.
struct Network {
  double latency_seconds = 2e-6;  ///< from rank to rank
  double bandwidth = 12.5e9;      ///< bytes/s of a node's link, each direction
  double message_seconds = 1e-6;  ///< o above
  std::int64_t ranks_per_node = 1;
  std::int64_t nodes_per_switch = 0;  ///< 0: all nodes on one
  double oversubscription = 1;        ///< of the links between switches
};

/// The training that is projected.
struct Workload {
  std::int64_t training_jets = 1'200'000;
  std::int64_t validation_jets = 400'000;
  std::int64_t batch_size = 1024;
  std::int64_t parameters = 0;
  bool all_validate = true;
  double jet_bytes = ScalingMeasurement::kImageBytes;  ///< b
};

/// Seconds of an epoch.
struct EpochTime {
  double compute = 0;
  double update = 0;
  double wait = 0;
  double allreduce = 0;
  double redistribute = 0;
  double validate = 0;
  double save = 0;

  double training() const { return compute + update + wait + allreduce + redistribute; }
  double all() const { return training() + validate + save; }
};

/// The members of EpochTime with their names, in the order in which they stand.
struct EpochPhase {
  const char* name;
  double EpochTime::*seconds;
};
const std::vector<EpochPhase>& epoch_phases();

/// Seconds; see above.
struct PerformanceModel {
  double leaf = 0;
  double step = 0;
  double update = 0;
  double other = 0;
  double jitter = 0;
  double share = 0;  ///< a byte
  double barrier = 0;
  double add = 0;  ///< a byte
  double jet = 0;
  double node_message = 0;  ///< o_node
  double forward = 0;
  double score = 0;  ///< a jet
  double save = 0;

  EpochTime predict(const Workload& work, std::int64_t ranks, int threads, const Network& network) const;
  /// Of `bytes` over all ranks, once.
  double allreduce_seconds(double bytes, std::int64_t ranks, const Network& network) const;
};

/// The work that a point of a study did.
Workload workload_of(const ScalingMeasurement& measurement);
/// What an epoch of the point took, as the model divides it.
EpochTime measured_epoch(const ScalingMeasurement& measurement);

/// Fitted to points on one host; what takes two coefficients by least squares of relative residuals, neither
/// below 0. To tell the time of a step from that of a leaf, points with different batches are needed.
/// DataError where there is no point on one host.
PerformanceModel fit_model(const std::vector<ScalingMeasurement>& points);

/// A measured point beside what the model says that was fitted without it.
struct HeldOut {
  ScalingMeasurement measurement;
  EpochTime measured;
  EpochTime predicted;
  double error() const { return predicted.all() / measured.all() - 1; }
};

/// Each point (ranks, threads and batch, with all its repeats) held out in turn; points on several hosts,
/// which never enter a fit, beside the prediction for `network`. Empty where fewer than two points are there.
std::vector<HeldOut> held_out(const std::vector<ScalingMeasurement>& points, const Network& network);

}  // namespace jetrain
