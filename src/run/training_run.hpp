#pragma once

/// \file
/// One training with its run directory, from data in memory to result.json; what `train` and `study` share.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/watchdog.hpp"
#include "config/config.hpp"
#include "core/stopwatch.hpp"
#include "dataset/sample_loader.hpp"
#include "inference/model_file.hpp"
#include "nn/model.hpp"
#include "run/checkpoints.hpp"
#include "run/pause.hpp"
#include "run/rescue.hpp"
#include "run/run_directory.hpp"
#include "run/run_lock.hpp"
#include "run/start_record.hpp"
#include "telemetry/log.hpp"
#include "train/rate_sweep.hpp"
#include "train/trainer.hpp"

namespace jetrain {

class TrainingRun {
 public:
  /// Makes the network and looks for a free place for the results, so that all that can be refused is refused
  /// before data are read. `output`: the run directory; empty: nothing is written. `resume`: go on from the
  /// newest checkpoint in `output`, if there is one. Collective.
  TrainingRun(const Config& config, std::string output, bool overwrite, bool resume, const Communicator& comm,
              Log& log);

  /// After run: with the weights that were kept.
  const Model& model() const { return *model_; }

  /// The data to train and validate with; of `validation` only this run will know. CollectiveError where they
  /// do not fit the network, or are not those of the checkpoint. Collective.
  void take_data(SampleSet train, SampleSet validation);

  /// Is told of the training after the run's own observers. It must outlive `run`.
  void add(TrainingObserver& observer) { guests_.push_back(&observer); }

  /// Instead of `run`: a few steps with ever higher learning rates (train/rate_sweep.hpp). Collective.
  RateCurve sweep(const RateSweep& sweep);

  /// `run` ends after so many epochs in all, as after the last one; a training with `resume` goes on from
  /// there.
  void pause_after(std::int64_t epochs) { pause_after_ = epochs; }

  /// Trains. `read`: where the data came from, for the record. Errors as of Trainer::run. Collective.
  RunResult run(const LoadedSamples& read, int threads, bool profile, Watchdog& watchdog);

 private:
  bool writes() const noexcept { return !output_.empty(); }
  void weigh();
  void begin_weights();
  static void require_kept(const Config& config, const std::string& output);
  void find_place(bool overwrite, bool resume);
  void open_directory();
  /// Those of this rank, in the order in which they are told.
  std::vector<std::unique_ptr<TrainingObserver>> observers(Trainer& trainer, const StragglerWatch& watch);
  TrainingOutcome train(Validation& validation, const StragglerWatch& watch, bool profile,
                        RescueScope* rescue);
  std::vector<ClassFigures> figures_of_classes(Validation& validation) const;

  Config config_;
  std::string output_;
  const Communicator& comm_;
  Log& log_;
  Stopwatch total_;
  std::unique_ptr<Model> model_;
  Checkpoint start_;
  SampleSet train_;
  SampleSet validation_;
  std::int64_t validation_jets_ = 0;
  std::int64_t background_jets_ = 0;        ///< of the smallest background that validates
  std::string data_;                        ///< fingerprint of both sets
  Reweighting reweighting_;                 ///< of the training set; empty: none
  StartRecord began_;                       ///< whose weights the training began with; empty: none's
  ModelNotes notes_;                        ///< both as JSON
  TeacherRecord teacher_;                   ///< of the training set; empty: none
  std::unique_ptr<RunLock> lock_;           ///< on rank 0, where something is written
  std::optional<RunDirectory> directory_;   ///< on rank 0, where something is written
  std::optional<Checkpoints> checkpoints_;  ///< on the ranks whose watchdog may speak, 0 and 1
  std::vector<Straggler> stragglers_;       ///< found so far; on rank 0
  std::vector<TrainingObserver*> guests_;
  std::int64_t pause_after_ = 0;  ///< 0: not
  std::optional<Pause> pause_;
};

}  // namespace jetrain
