#pragma once

/// \file
/// Validation after each epoch, on rank 0 alone or with all ranks' help.

#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "dataset/sample_loader.hpp"
#include "nn/model.hpp"
#include "statistics/metrics.hpp"
#include "train/stragglers.hpp"

namespace jetrain {

class Validation {
 public:
  /// Takes the validation set and moves its images to where they are scored: to rank 0 (ranks: root), or in
  /// even parts to all. Collective.
  Validation(const ValidationConfig& config, SampleSet set, const Communicator& comm);

  /// What the model says of the whole set, in its order, on rank 0. Collective.
  ScoredJets score(const Model& model);
  /// The metrics of the model on the whole set, computed on rank 0 and known to all. The bits do not depend
  /// on who scored which jet. Collective.
  Metrics run(const Model& model);
  /// This rank's own scoring since the last call.
  OwnTime take_own_time();

  /// What rank 0 has spent, while all wait, in making metrics of scores; the others 0.
  double metrics_seconds() const noexcept { return metrics_seconds_; }

  /// Floating point operations of this rank in one run.
  double flops(const Model& model) const;

 private:
  bool share_;
  SampleSet set_;
  std::vector<std::uint8_t> labels_;  ///< of all, on rank 0 of shared ranks
  std::vector<float> weights_;        ///< likewise; empty: all 1
  const Communicator& comm_;
  OwnTime own_;
  double metrics_seconds_ = 0;
};

}  // namespace jetrain
