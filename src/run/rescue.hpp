#pragma once

#include "comm/watchdog.hpp"
#include "run/checkpoints.hpp"
#include "train/trainer.hpp"

namespace jetrain {

/// While it lives, the watchdog writes a checkpoint before it ends a job: of the step before the one that is
/// stuck.
class RescueScope {
 public:
  RescueScope(Watchdog& watchdog, Trainer& trainer, const Checkpoints& checkpoints);
  ~RescueScope() { watchdog_.set_rescue({}); }
  RescueScope(const RescueScope&) = delete;
  RescueScope& operator=(const RescueScope&) = delete;

 private:
  Watchdog& watchdog_;
};

/// What the watchdog's thread does then, and what it says of it; nothing where the training's thread is stuck
/// in the middle of a change, or of writing a file.
std::string rescue(Trainer& trainer, const Checkpoints& checkpoints);

}  // namespace jetrain
