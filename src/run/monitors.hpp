#pragma once

/// \file
/// The values of validation that a training waits for, or goes by.

#include <string>
#include <vector>

#include "config/config.hpp"
#include "nn/model.hpp"
#include "telemetry/log.hpp"
#include "train/training_observer.hpp"

namespace jetrain {

/// A value that a key of the config names.
struct NamedMonitor {
  std::string key;
  Monitor monitor;
};

/// All that a training with this config looks at.
std::vector<NamedMonitor> monitors_of(const Config& config);

/// UsageError where this network's validation does not give a value.
void require_known(const NamedMonitor& named, const Model& model);
void require_monitored(const Config& config, const Model& model);

/// Warns, once each, where a background rejection that the training goes by is read off so few jets that
/// chance decides, or off none. On rank 0.
class RejectionNotes : public TrainingObserver {
 public:
  /// `background`: jets of the validation set; of several backgrounds the fewest. `log` must outlive this.
  RejectionNotes(const Config& config, std::int64_t background, Log& log);

  void on_epoch(const EpochEnd& end) override;

 private:
  std::vector<Monitor> rejections_;
  std::int64_t background_;
  Log& log_;
  bool few_told_ = false;
  bool none_told_ = false;
};

}  // namespace jetrain
