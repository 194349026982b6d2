#pragma once

/// \file
/// RUN/best.h5 while a training goes on.

#include <string>
#include <vector>

#include "config/config.hpp"
#include "core/stopwatch.hpp"
#include "inference/model_file.hpp"
#include "nn/model.hpp"
#include "run/run_directory.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// All ranks wait while rank 0 writes the file, so where epochs are short it is not written after each of
/// them: it is about a second behind at most, and checkpoints hold the best weights, too. On rank 0.
class BestModelFile : public TrainingObserver {
 public:
  /// `best`: the weights, whenever they are to be written. `notes`: as save_model takes them. All must
  /// outlive this.
  BestModelFile(const RunDirectory& run, const Config& config, const Model& model,
                const std::vector<float>& best, const ModelNotes& notes);
  /// Writes what an error left unwritten, if that is possible.
  ~BestModelFile() override;

  /// Writes the weights if they changed and the last time is a second ago. DataError where it fails.
  void on_epoch(const EpochEnd& end) override;
  /// Writes them if they changed.
  void on_end() override;
  void add_seconds(PhaseSeconds& seconds) const override { seconds["save"] += seconds_; }

 private:
  void write();

  const RunDirectory& run_;
  const Config& config_;
  const Model& model_;
  const std::vector<float>& best_;
  const ModelNotes& notes_;
  Stopwatch since_written_;
  bool written_ = false;
  bool changed_ = false;
  double seconds_ = 0;
};

}  // namespace jetrain
