#pragma once

/// \file
/// From samples to what a network's first layers see of a leaf.

#include <cstdint>
#include <optional>
#include <span>

#include "jets/constituent_features.hpp"
#include "nn/model.hpp"
#include "samples/sample_view.hpp"

namespace jetrain {

/// Stateless after construction; one object may serve all threads.
class LeafInputs {
 public:
  explicit LeafInputs(const ModelInput& input);

  /// Writes up to sixteen samples side by side, or, where they are sets, one behind the other, into a leaf's
  /// inputs, features and targets; other lanes and positions, and padding, are 0.
  void fill(std::span<const SampleView> samples, LeafWorkspace& workspace) const;

 private:
  void fill_sets(std::span<const SampleView> samples, LeafWorkspace& workspace) const;

  std::optional<ConstituentFeatures> constituents_;  ///< where samples are sets
};

/// The labels of a leaf's samples, and its targets if there are any; `labels` is filled.
LeafTargets leaf_targets(const Model& model, std::span<const SampleView> samples, std::uint8_t* labels,
                         LeafWorkspace& workspace);

}  // namespace jetrain
