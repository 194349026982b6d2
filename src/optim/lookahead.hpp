#pragma once

/// \file
/// Lookahead around an optimizer.

#include <cstdint>
#include <span>

#include "config/optimizers.hpp"
#include "core/aligned_buffer.hpp"

namespace jetrain {

/// Lookahead (Zhang et al., NeurIPS 2019, algorithm 1): after each k steps of the optimizer
///   slow <- slow + share (w - slow),  w <- slow.
/// The optimizer's own state stays as it is. Between those steps the network is that of the fast weights w,
/// also where it is validated, as in Ranger (RAdam with k = 6 and share 0.5; github.com/lessw2020).
class Lookahead {
 public:
  /// `parameters`: the trainable ones, where the slow weights begin.
  Lookahead(const LookaheadConfig& config, std::span<const float> parameters);

  bool used() const noexcept { return slow_.size() > 0; }
  /// After the optimizer's step; `steps` counts it. By OpenMP threads; the bits do not depend on how many.
  void after_step(std::int64_t steps, std::span<float> parameters);
  /// The slow weights; empty: not used.
  std::span<float> state() noexcept { return slow_.span(); }

 private:
  LookaheadConfig config_;
  AlignedBuffer<float> slow_;
};

}  // namespace jetrain
