#pragma once

/// \file
/// A run's checkpoints on disk, RUN/checkpoints/epoch_E_step_S.h5: when one is due, which are kept, which one
/// a training goes on from. On rank 0.

#include <cstdint>
#include <optional>
#include <string>

#include "core/log_level.hpp"
#include "core/stopwatch.hpp"
#include "run/checkpoint_file.hpp"

namespace jetrain {

class Checkpoints {
 public:
  /// `data`: the fingerprint of the jets, to be written into each.
  Checkpoints(std::string folder, const Config& config, std::string data);

  /// True where the config wants a checkpoint after this step (counted over all epochs).
  bool due(std::int64_t step) const;
  /// Writes one and removes those that are too many. Returns its path. DataError where it cannot be written;
  /// the older ones are then all there.
  std::string write(const TrainingState& state);
  double seconds() const noexcept { return seconds_; }

  /// The newest undamaged checkpoint in `folder`; none where there are none at all. Each damaged one is told
  /// to `say` and left out; DataError where all are damaged. UsageError where the checkpoint belongs to a
  /// config that gives other results; the keys are named.
  static std::optional<Checkpoint> newest(const std::string& folder, const Config& config, const Say& say);

 private:
  std::string folder_;
  Config config_;
  std::string data_;
  Stopwatch since_last_;
  double seconds_ = 0;
};

}  // namespace jetrain
