#include "run/rescue.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>

#include "core/call_within.hpp"

namespace jetrain {
namespace {

/// The path of a new checkpoint; else none, and `obstacle` says why.
std::optional<std::string> write_now(Trainer& trainer, const Checkpoints& checkpoints,
                                     const RescuePatience& patience, std::string& obstacle) {
  try {
    std::optional<TrainingState> state = trainer.snapshot_within(patience.for_others);
    if (!state) {
      obstacle = "the training is in the middle of a change";
      return std::nullopt;
    }
    const auto write = [checkpoints, state = std::move(*state), wait = patience.for_others] {
      return checkpoints.write_within(wait, state);
    };
    const auto written = call_within(patience.for_others + patience.to_write, write);
    if (!written) {
      obstacle = fmt::format("writing it takes longer than {:.0f} s",
                             std::chrono::duration<double>(patience.to_write).count());
      return std::nullopt;
    }
    if (!*written) obstacle = "another file of the run is being written";
    return *written;
  } catch (const std::exception& error) {
    obstacle = error.what();
    return std::nullopt;
  }
}

/// The newest that is whole on the disk; where the disk does not answer, the newest that this process knows.
std::optional<std::string> newest_whole(const Checkpoints& checkpoints, const RescuePatience& patience) {
  try {
    const auto found = call_within(patience.to_look, [checkpoints] { return checkpoints.newest_whole(); });
    if (found) return *found;
  } catch (const std::exception&) {
    // What is known without the disk is left.
  }
  return checkpoints.known();
}

}  // namespace

RescueScope::RescueScope(Watchdog& watchdog, Checkpoints checkpoints)
    : watchdog_(watchdog), checkpoints_(std::move(checkpoints)) {
  name_newest();
}

void RescueScope::name_newest() {
  watchdog_.set_rescue([this] { return jetrain::name_newest(checkpoints_); });
}

RescueScope::WithTrainer::WithTrainer(RescueScope& scope, Trainer& trainer) : scope_(scope) {
  scope.watchdog_.set_rescue([&] { return rescue(trainer, scope.checkpoints_); });
}

Rescued rescue(Trainer& trainer, const Checkpoints& checkpoints, const RescuePatience& patience) {
  std::string obstacle;
  if (const auto path = write_now(trainer, checkpoints, patience, obstacle))
    return {true, fmt::format("go on from {} with --resume", *path)};
  Rescued newest = name_newest(checkpoints, patience);
  newest.said = fmt::format("no checkpoint could be written now: {}; {}", obstacle, newest.said);
  return newest;
}

Rescued name_newest(const Checkpoints& checkpoints, const RescuePatience& patience) {
  if (const auto path = newest_whole(checkpoints, patience))
    return {true, fmt::format("go on from {}, the newest there is, with --resume", *path)};
  return {false, "there is no checkpoint to go on from"};
}

}  // namespace jetrain
