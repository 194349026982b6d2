#pragma once

/// \file
/// A run's checkpoints on disk, RUN/checkpoints/epoch_E_step_S.h5: which are kept, which one a training goes
/// on from. On rank 0; the watchdog of rank 1 writes them, too, where rank 0 cannot.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/log_level.hpp"
#include "run/checkpoint_file.hpp"

namespace jetrain {

class Checkpoints {
 public:
  /// `data`: the fingerprint of the jets, and `start`: what the training began with, to be written into each.
  /// `rank`: who writes; each under a temporary name of its own, since two may do so at once where one seems
  /// stuck. `known`: a whole one is there of this.
  Checkpoints(std::string folder, const Config& config, std::string data, int rank = 0,
              const std::optional<EpochProgress>& known = {}, std::string start = "");

  /// Writes one and removes those that are too many. Returns its path. DataError where it cannot be written;
  /// the older ones are then all there. Any thread may ask; one writes at a time (one_writer.hpp).
  std::string write(const TrainingState& state) const;
  /// The same; none where somebody else writes for longer than `patience`.
  std::optional<std::string> write_within(std::chrono::milliseconds patience,
                                          const TrainingState& state) const;

  /// The newest on the disk that is whole, by its checksum. Without HDF5, so that any thread may ask.
  std::optional<std::string> newest_whole() const;
  /// The newest whole one that this process has written or began with; asks no disk.
  std::optional<std::string> known() const;

  /// Removes what a process that was killed left half-written.
  static void clear_leftovers(const std::string& folder);

  /// The newest undamaged checkpoint in `folder`; none where there are none at all. Each damaged one is told
  /// to `say` and left out; DataError where all are damaged. UsageError where the checkpoint belongs to a
  /// config that gives other results; the keys are named.
  static std::optional<Checkpoint> newest(const std::string& folder, const Config& config, const Say& say);

 private:
  std::string save(const TrainingState& state) const;

  std::string folder_;
  Config config_;
  std::string data_;
  std::string start_;
  int rank_;
  struct Known {
    std::mutex mutex;
    std::optional<std::string> path;
  };
  std::shared_ptr<Known> known_;  ///< of all copies
};

}  // namespace jetrain
