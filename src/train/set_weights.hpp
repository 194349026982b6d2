#pragma once

/// \file
/// What must be known of the weights of a set to train on it: their exact sums, and the units that follow.

#include <cstdint>

#include "comm/communicator.hpp"
#include "samples/sample_set.hpp"

namespace jetrain {

/// Of all samples of a set, on all ranks. As they are made, of samples that all count 1.
struct SetWeights {
  std::int64_t samples = 0;
  bool all_one = true;
  double sum = 0;         ///< exact, rounded once
  double absolute = 0;    ///< sum of |w|, likewise
  double largest = 1;     ///< |w|
  std::int64_t zero = 0;  ///< samples of weight 0
  std::int64_t negative = 0;
  /// How many samples of equal weights would give sums with the same relative error: (sum w)^2 / sum w^2 (L.
  /// Kish, Survey Sampling, 1965).
  double effective_samples = 0;

  /// Of sums of weights as integers: a power of two, such that all of |w| sum up to 2^52 units at most, and a
  /// double holds any of them; 1 where all weights are 1.
  double unit() const noexcept;
  /// What gradients and losses are multiplied by before they are added exactly, beside Model::gradient_scale:
  /// a power of two that brings the largest weight down to 1. A leaf's contribution then stays below what it
  /// would be without weights, which is bounded by kernels::exact_sum_limit whatever the number of leaves.
  float scale() const noexcept;
};

/// Collective.
SetWeights weights_of(const SampleSet& set, const Communicator& comm);

/// Divides the weights by their mean: each becomes the float32 of w / mean. Untrainable where the sum
/// is not above 0. Collective.
void normalize_weights(SampleSet& set, Set which, const Communicator& comm);

}  // namespace jetrain
