#include "run/rescue.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <optional>

namespace jetrain {

RescueScope::RescueScope(Watchdog& watchdog, Trainer& trainer, const Checkpoints& checkpoints)
    : watchdog_(watchdog) {
  watchdog.set_rescue([&] { return rescue(trainer, checkpoints); });
}

std::string rescue(Trainer& trainer, const Checkpoints& checkpoints) {
  constexpr std::chrono::seconds kPatience(1);
  try {
    const std::optional<TrainingState> state = trainer.snapshot_within(kPatience);
    if (!state) return "";
    const std::optional<std::string> path = checkpoints.write_within(kPatience, *state);
    return path ? fmt::format("go on from {} with --resume", *path) : "";
  } catch (const std::exception& error) {
    return fmt::format("no checkpoint could be written now: {}", error.what());
  }
}

}  // namespace jetrain
