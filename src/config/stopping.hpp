#pragma once

/// \file
/// When a training ends before its last epoch, and which epoch's weights it ends with.

#include <cstdint>
#include <optional>
#include <vector>

#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

/// A value, and how long a training waits for a better one.
struct PatienceConfig {
  Monitor monitor = Monitor::val_loss;
  std::int64_t patience = 2;
  double min_delta = 0;
  bool operator==(const PatienceConfig&) const = default;
  void fields(auto& visit) {
    visit("monitor", monitor, "what must improve");
    visit("patience", patience, "epochs without improvement before the end", rules::at_least(0));
    visit("min_delta", min_delta, "what counts as an improvement", rules::at_least(0));
  }
};

struct ReachedConfig {
  std::optional<Monitor> monitor;
  double value = 0;
  void fields(auto& visit) {
    visit("monitor", monitor, "whose value ends the training where it is good enough");
    visit("value", value, "good enough: as good as that, or better, in any epoch");
  }
};

struct HopelessConfig {
  std::optional<Monitor> monitor;
  double value = 0;
  std::int64_t after_epochs = 1;
  void fields(auto& visit) {
    visit("monitor", monitor, "whose value ends the training where it is not good enough in time");
    visit("value", value, "good enough: as good as that, or better, in any epoch so far");
    visit("after_epochs", after_epochs, "in time: before so many are done", rules::at_least(1));
  }
};

struct EarlyStoppingConfig {
  bool enabled = true;
  Monitor monitor = Monitor::val_loss;
  std::int64_t patience = 2;
  double min_delta = 0.0;
  bool restore_best = true;
  std::vector<PatienceConfig> monitors = {};
  StopWhen when = StopWhen::all;
  std::int64_t min_epochs = 0;
  ReachedConfig reached = {};
  HopelessConfig hopeless = {};
  std::optional<Monitor> best = {};
  void fields(auto& visit) {
    visit("enabled", enabled, "false: no lack of improvement ends it (`reached` and `hopeless` may)");
    visit("monitor", monitor, "what must improve; also decides which epoch is best");
    visit("patience", patience, "epochs without improvement before the end", rules::at_least(0));
    visit("min_delta", min_delta, "what counts as an improvement", rules::at_least(0));
    visit("monitors", monitors, "several, in place of monitor, patience and min_delta");
    visit("when", when, "of several monitors, which must have waited for their patience");
    visit("min_epochs", min_epochs, "nothing ends it before so many are done", rules::at_least(0));
    visit("reached", reached, "");
    visit("hopeless", hopeless, "");
    visit("best", best,
          "what decides which epoch is best; none: `monitor`, or the first of `monitors`, by more than its "
          "min_delta");
    visit("restore_best", restore_best, "keep the best epoch's weights; else the last epoch's");
  }

  /// All that the training waits for.
  std::vector<PatienceConfig> waits() const {
    return monitors.empty() ? std::vector{PatienceConfig{monitor, patience, min_delta}} : monitors;
  }
  /// What the best epoch is best in, and what counts as better.
  PatienceConfig choice() const { return best ? PatienceConfig{*best, 0, 0} : waits().front(); }
};

}  // namespace jetrain
