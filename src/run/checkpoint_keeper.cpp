#include "run/checkpoint_keeper.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/progress.hpp"
#include "jetrain/error.hpp"

namespace jetrain {

CheckpointKeeper::CheckpointKeeper(const CheckpointConfig& config, const Checkpoints& checkpoints,
                                   std::function<TrainingState()> snapshot, bool at_begin, Say say)
    : config_(config),
      checkpoints_(checkpoints),
      snapshot_(std::move(snapshot)),
      at_begin_(at_begin),
      say_(std::move(say)) {}

void CheckpointKeeper::on_begin() {
  if (at_begin_) try_to_write();
}

void CheckpointKeeper::on_step(const StepEnd& step) {
  if (!step.stopping && due(step.record.step)) try_to_write();
}

std::string CheckpointKeeper::on_stop() {
  try {
    return fmt::format("go on from {} with --resume", write());
  } catch (const DataError& error) {
    throw DataError(fmt::format(
        "stopped by a signal, but without a checkpoint: {}; older ones are as they were", error.what()));
  }
}

void CheckpointKeeper::on_end() {
  try_to_write();
}

/// Steps are counted over all epochs.
bool CheckpointKeeper::due(std::int64_t step) const {
  return (config_.every_steps > 0 && step % config_.every_steps == 0) ||
         (config_.every_seconds > 0 && since_last_.seconds() >= static_cast<double>(config_.every_seconds));
}

void CheckpointKeeper::try_to_write() {
  try {
    say_(LogLevel::debug, "wrote " + write());
  } catch (const DataError& error) {
    say_(LogLevel::warning, fmt::format("no checkpoint: {}; the training goes on", error.what()));
  }
}

std::string CheckpointKeeper::write() {
  progress::set(progress::Activity::writing);
  const Stopwatch watch;
  since_last_.restart();  // also where it fails: the next try is due as late as ever
  std::string path = checkpoints_.write(snapshot_());
  seconds_ += watch.seconds();
  return path;
}

}  // namespace jetrain
