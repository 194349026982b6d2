#pragma once

/// \file
/// Whether the sets that were read can train a config's network, and what is to be said of them before they
/// do.

#include <array>
#include <cstdint>

#include "comm/communicator.hpp"
#include "config/config.hpp"
#include "nn/model.hpp"
#include "samples/sample_set.hpp"
#include "telemetry/log.hpp"

namespace jetrain {

/// Sees what it is given, and must not outlive it.
class TrainableSets {
 public:
  TrainableSets(const Config& config, const Model& model, const Communicator& comm, Log& log)
      : config_(config), model_(model), comm_(comm), log_(log) {}

  /// Refuses a set that nothing can be learned from, or with labels that the network has no output for.
  /// Collective.
  void require_trainable(const SampleSet& set, Set which) const;
  /// Refuses a teacher of other classes than the network's. On this rank.
  void require_taught(const SampleSet& train) const;
  /// Of the classes that are not the signal and have jets, those of the smallest. Collective.
  std::int64_t fewest_background(const SampleSet& set) const;

 private:
  void require_known_classes(const SampleSet& set, Set which) const;
  /// Of classes that the network has outputs for and a set no rows; Untrainable where it has one class alone.
  void say_missing_classes(const std::array<std::int64_t, 256>& counts, std::int64_t known, Set which) const;

  const Config& config_;
  const Model& model_;
  const Communicator& comm_;
  Log& log_;
};

}  // namespace jetrain
