#include "scaling/model.hpp"

#include <algorithm>
#include <cmath>

#include "batches/batch_feeder.hpp"
#include "batches/batch_plan.hpp"
#include "core/checked_cast.hpp"
#include "scaling/rounds.hpp"

namespace jetrain {
namespace {

constexpr double kBytesOfAGradient = 8;
constexpr double kBytesOfAScore = 4;

/// Rank 0 shares out what it found by small collectives, two messages deep in each doubling of the nodes.
constexpr double kCollectivesOfValidation = 7;
constexpr double kCollectivesOfSaving = 3;

double to_double(std::int64_t n) {
  return static_cast<double>(n);
}

/// How ranks stand on nodes.
struct Layout {
  Layout(std::int64_t ranks, const Network& network)
      : on_a_node(std::min(ranks, network.ranks_per_node)), nodes(ceil_divide(ranks, on_a_node)) {}
  std::int64_t on_a_node;
  std::int64_t nodes;
};

/// Nodes of one switch, of so many nodes.
std::int64_t nearby(std::int64_t nodes, const Network& network) {
  return network.nodes_per_switch == 0 ? nodes : std::min(nodes, network.nodes_per_switch);
}

/// Seconds that a node takes to halve and double its way through `bytes`.
double halving_seconds(double bytes, std::int64_t nodes, const Network& network) {
  double seconds = 0;
  const double doublings = log2_up(nodes);
  // The first exchange is with the node that is furthest away, and of half the bytes.
  double part = bytes * to_double(nodes - 1) / to_double(nodes);
  double half = bytes / 2;
  double distance = std::exp2(doublings - 1);
  for (double d = 0; d < doublings; ++d, half /= 2, distance /= 2) {
    const double moved = d + 1 < doublings ? std::min(half, part) : part;
    const bool far = distance >= to_double(nearby(nodes, network)) && nearby(nodes, network) < nodes;
    seconds += network.latency_seconds + moved / network.bandwidth * (far ? network.oversubscription : 1);
    part -= moved;
  }
  return seconds;
}

/// Of jets that travel, at home on all nodes alike, the time of one byte each, in bytes of the own link.
double travelling_share(std::int64_t nodes, const Network& network) {
  const double all = to_double(nodes);
  const double near = to_double(nearby(nodes, network));
  const double beyond = (all - near) / all * network.oversubscription;
  return std::max((all - 1) / all, beyond);
}

double windows_of_an_epoch(const Workload& work, std::int64_t ranks) {
  const std::int64_t batches = ceil_divide(work.training_jets, work.batch_size);
  return to_double(ceil_divide(batches, BatchFeeder::batches_of_a_window(work.batch_size, ranks)));
}

}  // namespace

const std::vector<EpochPhase>& epoch_phases() {
  static const std::vector<EpochPhase> phases = {{"compute", &EpochTime::compute},
                                                 {"update", &EpochTime::update},
                                                 {"wait", &EpochTime::wait},
                                                 {"allreduce", &EpochTime::allreduce},
                                                 {"redistribute", &EpochTime::redistribute},
                                                 {"validate", &EpochTime::validate},
                                                 {"save", &EpochTime::save}};
  return phases;
}

double PerformanceModel::allreduce_seconds(double bytes, std::int64_t ranks, const Network& network) const {
  const Layout at(ranks, network);
  double seconds = 0;
  if (at.on_a_node > 1) seconds += barrier * log2_up(at.on_a_node) + share * bytes;
  if (at.nodes > 1) {
    seconds += 2 * halving_seconds(bytes, at.nodes, network) +
               bytes * to_double(at.nodes - 1) / to_double(at.nodes) * add / to_double(at.on_a_node);
  }
  return seconds;
}

EpochTime PerformanceModel::predict(const Workload& work, std::int64_t ranks, int threads,
                                    const Network& network) const {
  const Layout at(ranks, network);
  const double steps = to_double(ceil_divide(work.training_jets, work.batch_size));
  const double deep = log2_up(at.nodes) * network.latency_seconds;
  const double sending =
      to_double(ranks - at.on_a_node) * network.message_seconds + to_double(at.on_a_node - 1) * node_message;

  EpochTime time;
  time.compute = steps * step + training_rounds(work.training_jets, work.batch_size, ranks, threads) * leaf;
  time.update = steps * update;
  time.wait = steps * (other + jitter * log2_up(ranks));
  time.allreduce = steps * allreduce_seconds(kBytesOfAGradient * to_double(work.parameters), ranks, network);
  if (ranks > 1) {
    time.redistribute = to_double(work.training_jets) / to_double(ranks) * jet +
                        windows_of_an_epoch(work, ranks) * (deep + sending);
  }
  const double validating = to_double(work.validation_jets);
  const std::int64_t scorers = work.all_validate ? ranks : 1;
  time.validate =
      rounds(ceil_divide(work.validation_jets, kLanes), scorers, threads) * forward + validating * score;
  time.save = save;
  if (at.nodes > 1) {
    time.redistribute += to_double(work.training_jets) / to_double(at.nodes) *
                         travelling_share(at.nodes, network) * work.jet_bytes / network.bandwidth;
    time.validate += 2 * kCollectivesOfValidation * deep;
    time.save += 2 * kCollectivesOfSaving * deep;
    if (work.all_validate) time.validate += kBytesOfAScore * validating / network.bandwidth;
  }
  return time;
}

}  // namespace jetrain
