#pragma once

/// \file
/// The gradient of one global batch: leaves by threads, exact sums over threads, allreduce over ranks.
///
/// One blocking allreduce for all parameters. Sending the dense layers' part by MPI_Iallreduce during the
/// last leaf's convolutions was measured (Open MPI 4.1, TCP between two hosts with one core each) and is
/// slower: by 5 to 17 % at 10 Gbit/s, 30 % at 2 Gbit/s, even at full speed.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "batches/batch_feeder.hpp"
#include "comm/communicator.hpp"
#include "comm/rank_sum.hpp"
#include "config/teacher.hpp"
#include "inference/leaf_inputs.hpp"
#include "nn/model.hpp"
#include "samples/sample_maker.hpp"
#include "train/profile.hpp"
#include "train/set_weights.hpp"

namespace jetrain {

class GradientStep {
 public:
  /// `profile`: keep the times that `phases` gives; ranks then wait for one another before each allreduce, so
  /// that waiting and travelling can be told apart. `augmenter`: for samples that are clouds. `weights`: of
  /// the set that all samples are of. `teacher`: how what samples have of it counts.
  GradientStep(const Model& model, int threads, bool profile, const Communicator& comm,
               std::uint64_t seed = 0, const Augmenter* augmenter = nullptr,
               RankSum::Method allreduce = RankSum::Method::hierarchical, const SetWeights& weights = {},
               const TeacherConfig& teacher = {});

  ~GradientStep();

  /// Sums over the whole batch, on every rank. `mine`: this rank's samples, cut into leaves from the first
  /// on; `batch_leaves`: leaves of the batch on all ranks. `stop`: this rank was asked to stop. Collective.
  void run(const BatchPart& mine, std::int64_t batch_leaves, std::uint32_t epoch = 1, bool stop = false);

  const std::int64_t* gradient_sums() const noexcept { return sums_.total().data(); }
  /// What they, and the losses, were multiplied by: a power of two.
  float scale() const noexcept { return model_.gradient_scale() * weight_scale_; }
  /// Sum of the losses, with the samples' weights.
  double loss() const noexcept;
  /// Sum of the weights of samples that were told rightly, in SetWeights::unit.
  std::int64_t correct() const noexcept { return sums_.total()[loss_at() + 1]; }
  /// Sum of the weights, likewise.
  std::int64_t weight() const noexcept { return sums_.total()[loss_at() + 2]; }
  /// True, and on all ranks alike, where any rank was asked to stop.
  bool stop() const noexcept { return sums_.total()[stop_at()] != 0; }
  /// The deepest layer whose gradients were out of bounds on any rank; -1: none, and the sums are good.
  int bad_layer() const noexcept;
  /// The largest magnitude there; infinite where one was not finite. Collective.
  double bad_value() const;

  /// This rank's time in leaves, reduction and allreduce (with `profile`).
  std::vector<Phase> phases() const;

  double compute_seconds() const noexcept { return compute_seconds_; }
  /// For other ranks before the allreduce; known with `profile` only, and otherwise part of the allreduce.
  double wait_seconds() const noexcept { return wait_seconds_; }
  /// How often this rank's threads took a leaf each, in all: what its computing time is in proportion to.
  std::int64_t rounds() const noexcept { return rounds_; }
  double allreduce_seconds() const noexcept { return allreduce_seconds_; }

 private:
  struct Worker;
  std::size_t loss_at() const noexcept { return static_cast<std::size_t>(model_.sum_count()); }
  std::size_t stop_at() const noexcept { return loss_at() + 3; }
  std::size_t bad_at(std::size_t layer) const noexcept { return loss_at() + 4 + layer; }
  void count_work(Worker& worker) const;
  void compute_leaf(Worker& worker, const BatchPart& mine, std::int64_t leaf, std::uint32_t epoch,
                    float limit) const;

  const Model& model_;
  LeafInputs inputs_;
  const Communicator& comm_;
  int threads_;
  bool profile_;
  std::uint64_t seed_;
  const Augmenter* augmenter_;
  bool weighted_;
  float weight_scale_;
  double weight_unit_;
  TeacherConfig teacher_;
  std::vector<std::unique_ptr<Worker>> workers_;
  RankSum sums_;  ///< parameters, loss, correct, weight, stop, one count of bad leaves a layer
  double compute_seconds_ = 0;
  double wait_seconds_ = 0;  ///< for other ranks, with `profile`
  std::int64_t rounds_ = 0;
  double allreduce_seconds_ = 0;
};

}  // namespace jetrain
