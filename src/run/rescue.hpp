#pragma once

#include <chrono>

#include "comm/watchdog.hpp"
#include "run/checkpoints.hpp"
#include "train/trainer.hpp"

namespace jetrain {

/// While it lives, the watchdog names the newest checkpoint that is whole on the disk when it ends a job;
/// while `training` does, it writes one before: of the step before the one that is stuck.
class RescueScope {
 public:
  RescueScope(Watchdog& watchdog, Checkpoints checkpoints);
  ~RescueScope() { watchdog_.set_rescue({}); }
  RescueScope(const RescueScope&) = delete;
  RescueScope& operator=(const RescueScope&) = delete;

  /// Calls `train()`; the trainer need not outlive this.
  template <class Train>
  auto training(Trainer& trainer, Train train) {
    const WithTrainer inner(*this, trainer);
    return train();
  }

 private:
  class WithTrainer {
   public:
    WithTrainer(RescueScope& scope, Trainer& trainer);
    ~WithTrainer() { scope_.name_newest(); }
    WithTrainer(const WithTrainer&) = delete;
    WithTrainer& operator=(const WithTrainer&) = delete;

   private:
    RescueScope& scope_;
  };
  void name_newest();

  Watchdog& watchdog_;
  Checkpoints checkpoints_;
};

/// How long each part of a rescue may take: what the job ends for may be a disk that has stalled.
struct RescuePatience {
  std::chrono::milliseconds for_others{1000};  ///< the training's thread, in a change or writing a file
  std::chrono::milliseconds to_write{10000};
  std::chrono::milliseconds to_look{3000};  ///< for what is on the disk already
};

/// What the watchdog's thread does then, and what it says of it. Where the training's thread is in the middle
/// of a change or of writing a file, or where nothing can be written, the newest checkpoint that is whole on
/// the disk is the one to go on from.
Rescued rescue(Trainer& trainer, const Checkpoints& checkpoints, const RescuePatience& patience = {});

/// The same where there is no training that a checkpoint could be written of.
Rescued name_newest(const Checkpoints& checkpoints, const RescuePatience& patience = {});

}  // namespace jetrain
