#pragma once

/// \file
/// jetrain as a library: a program trains a network, under mpirun or alone, and looks on after each epoch.
/// What is trained, and on what, says a config as `jetrain train` reads it; the weights are the same to the
/// bit. This header includes the standard library, <mpi.h> and jetrain/error.hpp only.
///
/// **MPI is the program's.** It initialises MPI, by MPI_Init_thread with MPI_THREAD_FUNNELED or more, and
/// finalises it after the last Training is gone. All functions that are called collective here are called by
/// all ranks of the communicator, by the thread that initialised MPI.
///
/// **Errors.** What a Training throws is nearly always a CollectiveError: all ranks throw it at the same
/// place with the same ExitStatus, so that one of them (rank 0) may tell it, and the program can go on or end
/// as it likes. Its status says what it is: ExitStatus::usage (a mistake in the config, or in how a function
/// was called), ExitStatus::failed (bad data, a file that cannot be read or written, a diverged training, an
/// exception of an EpochObserver), ExitStatus::requeue (stopped by a signal; with an output folder, a
/// checkpoint was written from which `resume` goes on). Any other exception, std::bad_alloc say, or the
/// UsageError of a program that has not initialised MPI, is one rank's alone: others may wait for it in a
/// collective call, so MPI_Abort is the answer.
///
/// **Ranks that die or hang.** While `run` is at work, a thread watches the ranks as it does in `jetrain
/// train`. Where one dies, or none gets on for the config's train.stall_seconds, it writes a checkpoint (with
/// an output folder), says on standard error what happened, and ends the process. It writes by HDF5, which is
/// usually not built for threads: an observer that uses HDF5 itself may meet it there.

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetrain/error.hpp"

namespace jetrain {

/// One epoch and its validation. Losses are means over the samples, accuracies and AUC shares in [0, 1]; NaN
/// stands where the network has no such figure (a regression no accuracy and no AUC). Of more than two
/// classes, rejections are of the background that is hardest to reject.
struct EpochFigures {
  std::int64_t epoch = 0;          ///< from 1
  double loss = 0;                 ///< while training, each batch with the weights of its step
  double accuracy = 0;             ///< the same
  double validation_loss = 0;      ///< after the epoch, as all that follows
  double validation_accuracy = 0;  ///< share of samples in their right class
  double validation_auc = 0;       ///< area under the ROC curve; of more than two classes, their mean
  double rejection_30 = 0;         ///< 1 / background efficiency at signal efficiency 0.3; may be infinite
  double rejection_50 = 0;         ///< the same at 0.5
  double learning_rate = 0;        ///< of the epoch's last step
  double seconds = 0;              ///< of training, without validation; on this rank
  double jets_per_second = 0;      ///< of all ranks together, while training
};

/// Looks on while a Training runs: derive from it, and hand it to Training::add.
class EpochObserver {
 public:
  /// Whether the training goes on.
  enum class Next : std::uint8_t {
    go_on,
    stop  ///< here, on all ranks, as after the last epoch: with result, and no error
  };

  EpochObserver() = default;
  virtual ~EpochObserver() = default;
  EpochObserver(const EpochObserver&) = delete;
  EpochObserver& operator=(const EpochObserver&) = delete;

  /// Called by `run` after each epoch, on the ranks where the observer was added; the others wait. It calls
  /// nothing collective: ranks may have different observers, or none. An exception ends the training on all
  /// ranks, with its message. With an output folder, history.csv has the epoch already.
  ///
  /// \param figures of the epoch
  /// \param weights of the network as the next epoch begins with them, in the order of best.h5's parameters,
  /// the
  ///     same on all ranks; they change once this returns
  /// \return stop, on any rank, ends the training after this epoch on all ranks alike
  virtual Next on_epoch(const EpochFigures& figures, std::span<const float> weights) = 0;
};

/// How a Training goes about it; none of this changes the weights, but for `assignments`.
struct TrainingOptions {
  /// Config keys and values beside the file's: "train.epochs=5", as `jetrain train --set` takes them.
  std::vector<std::string> assignments = {};
  /// The run directory: history.csv, best.h5, checkpoints and all else that `jetrain train --out` writes.
  /// Empty: nothing is written, and a training that is stopped is lost.
  std::string output = {};
  bool overwrite = false;  ///< replace a run that `output` holds
  bool resume = false;     ///< go on from the newest checkpoint in `output`, if there is one
  int threads = 0;         ///< OpenMP threads a rank; 0: OMP_NUM_THREADS, else the rank's share of the cores
  bool print = false;      ///< rank 0 prints a line an epoch, and warnings; `output`/log.txt has them anyway
  bool stop_on_signals = false;  ///< install handlers: SIGTERM, SIGINT, SIGUSR1 and SIGUSR2 stop after a step
};

/// What a training came to.
struct TrainingResult {
  EpochFigures best;              ///< the epoch whose weights were kept
  std::vector<float> weights;     ///< its weights, in the order of best.h5's parameters; on all ranks
  std::string weights_hash;       ///< XXH3-128 of them, as in result.json
  std::int64_t epochs = 0;        ///< in all
  std::int64_t skipped_rows = 0;  ///< bad rows that the config allows to leave out
  double jets_per_second = 0;     ///< of all ranks together, in the median epoch
};

/// One training, from config and data to weights.
class Training {
 public:
  /// Reads the config (on rank 0), makes the network, and looks for a free place for the results, so that
  /// what can be refused is refused here. Collective.
  ///
  /// \param config path of a YAML file
  /// \param communicator of the ranks that train together; a duplicate of it is used. A split one lets groups
  ///     of ranks train different networks at the same time
  /// \param options see there
  Training(const std::string& config, MPI_Comm communicator, TrainingOptions options = {});
  ~Training();
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  /// To be called before `run`, on any ranks. Observers are asked in the order in which they were added.
  ///
  /// \param observer must outlive `run`
  void add(EpochObserver& observer);

  /// Reads the data, trains, and validates after each epoch. Sets the number of OpenMP threads. Can be called
  /// once. Collective.
  ///
  /// \return what it came to, on all ranks
  TrainingResult run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace jetrain
