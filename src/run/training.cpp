#include <optional>
#include <utility>

#include "comm/communicator.hpp"
#include "comm/threads.hpp"
#include "comm/watchdog.hpp"
#include "core/progress.hpp"
#include "core/stop_signal.hpp"
#include "dataset/array_file.hpp"
#include "jetrain/trainer.hpp"
#include "run/config_file.hpp"
#include "run/training_run.hpp"
#include "train/teacher.hpp"

namespace jetrain {
namespace {

MPI_Comm require_mpi(MPI_Comm communicator) {
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (initialized == 0) throw UsageError("MPI is not initialised: call MPI_Init_thread before");
  int level = MPI_THREAD_SINGLE;
  MPI_Query_thread(&level);
  if (level < MPI_THREAD_FUNNELED) {
    throw UsageError(
        "MPI was initialised without threads beside it: call MPI_Init_thread with MPI_THREAD_FUNNELED");
  }
  return communicator;
}

EpochFigures figures_of(const EpochRecord& r) {
  return {.epoch = r.epoch,
          .loss = r.loss,
          .accuracy = r.accuracy,
          .validation_loss = r.validation.loss,
          .validation_accuracy = r.validation.accuracy,
          .validation_auc = r.validation.auc,
          .rejection_30 = r.validation.rejection_30,
          .rejection_50 = r.validation.rejection_50,
          .learning_rate = r.learning_rate,
          .seconds = r.seconds,
          .jets_per_second = r.jets_per_second};
}

/// Passes on to the program's observers what it is told.
class ProgramsObservers : public TrainingObserver {
 public:
  void add(EpochObserver& observer) { observers_.push_back(&observer); }

  void on_epoch(const EpochEnd& end) override {
    const EpochFigures figures = figures_of(end.record);
    for (EpochObserver* observer : observers_) {
      if (observer->on_epoch(figures, end.model.parameters()) == EpochObserver::Next::stop) stop_ = true;
    }
  }
  bool wants_stop() const override { return stop_; }

 private:
  std::vector<EpochObserver*> observers_;
  bool stop_ = false;
};

}  // namespace

struct Training::Parts {
  Parts(const std::string& path, MPI_Comm communicator, TrainingOptions wanted)
      : options(std::move(wanted)),
        comm(require_mpi(communicator)),
        log(comm.is_root(), LogLevel::info, options.print ? Log::To::terminal : Log::To::file_only),
        config(complete_config(path)),
        training(config, options.output, options.overwrite, options.resume, comm, log) {
    training.add(observers);
  }

  Config complete_config(const std::string& path) const {
    Config complete = load_config(path, options.assignments, true, comm);
    complete_arrays(complete, comm);
    return complete;
  }

  TrainingOptions options;
  Communicator comm;
  Log log;
  Config config;
  TrainingRun training;
  ProgramsObservers observers;
  bool ran = false;
};

Training::Training(const std::string& config, MPI_Comm communicator, TrainingOptions options)
    : parts_(std::make_unique<Parts>(config, communicator, std::move(options))) {}

Training::~Training() = default;

void Training::add(EpochObserver& observer) {
  parts_->observers.add(observer);
}

TrainingResult Training::run() {
  Parts& p = *parts_;
  if (std::exchange(p.ran, true))
    throw CollectiveError("Training::run can be called once: make another Training", ExitStatus::usage);
  if (p.options.stop_on_signals) catch_stop_signals();
  const int threads = set_threads(p.options.threads, p.comm);
  Watchdog watchdog(p.config.train.stall_seconds, p.comm);
  progress::set(progress::Activity::reading);
  const Say say = [&](LogLevel level, const std::string& text) { p.log.say(level, text); };
  LoadedSamples loaded = load_samples(p.config, {Set::train, Set::validation}, p.comm, say);
  teach(p.config, loaded, p.comm, say);
  p.training.take_data(std::move(loaded[Set::train]), std::move(loaded[Set::validation]));
  const RunResult result = p.training.run(loaded, threads, false, watchdog);
  const std::span<const float> weights = p.training.model().parameters();
  return {.best = figures_of(result.best),
          .weights = {weights.begin(), weights.end()},
          .weights_hash = result.weights_hash,
          .epochs = result.epochs,
          .skipped_rows = result.skipped_rows,
          .jets_per_second = result.jets_per_second};
}

}  // namespace jetrain
