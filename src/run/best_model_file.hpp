#pragma once

/// \file
/// RUN/best.h5 while a training goes on.

#include <vector>

#include "config/config.hpp"
#include "core/stopwatch.hpp"
#include "nn/model.hpp"
#include "run/run_directory.hpp"

namespace jetrain {

/// All ranks wait while rank 0 writes the file, so where epochs are short it is not written after each of
/// them: it is about a second behind at most, and checkpoints hold the best weights, too.
class BestModelFile {
 public:
  /// `best`: the weights, whenever they are to be written. `run`: null elsewhere than on rank 0, where
  /// nothing is done. All must outlive this.
  BestModelFile(const RunDirectory* run, const Config& config, const Model& model,
                const std::vector<float>& best);
  /// Writes what an error left unwritten, if that is possible.
  ~BestModelFile();
  BestModelFile(const BestModelFile&) = delete;
  BestModelFile& operator=(const BestModelFile&) = delete;

  /// The weights are others now.
  void changed() noexcept { changed_ = true; }
  /// After each epoch: writes them if they changed and the last time is a second ago. DataError where it
  /// fails.
  void keep_up();
  /// At the end: writes them if they changed.
  void finish();

 private:
  const RunDirectory* run_;
  const Config& config_;
  const Model& model_;
  const std::vector<float>& best_;
  Stopwatch since_written_;
  bool written_ = false;
  bool changed_ = false;
};

}  // namespace jetrain
