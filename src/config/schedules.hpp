#pragma once

/// \file
/// The learning rate over the epochs, as a factor of the optimizer's: each struct is one kind, with its name
/// in configs, its keys and their meanings.

#include <cstdint>
#include <variant>

#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

struct ConstantSchedule {
  static constexpr const char* kName = "constant";
  static constexpr const char* kMeaning = "the optimizer's rate all along";
};
struct StepSchedule {
  static constexpr const char* kName = "step";
  static constexpr const char* kMeaning = "times factor^floor(epochs done / every_epochs)";
  std::int64_t every_epochs = 10;
  double factor = 0.1;
  void fields(auto& visit) {
    visit("every_epochs", every_epochs, "from one fall to the next", rules::at_least(1));
    visit("factor", factor, "of a fall", rules::positive());
  }
};
struct ExponentialSchedule {
  static constexpr const char* kName = "exponential";
  static constexpr const char* kMeaning = "times factor^(epochs done), step by step";
  double factor = 0.9;
  void fields(auto& visit) { visit("factor", factor, "of an epoch", rules::positive()); }
};
struct CosineSchedule {
  static constexpr const char* kName = "cosine";
  static constexpr const char* kMeaning =
      "times 1 to final_factor along half a cosine over all epochs (Loshchilov and Hutter, ICLR 2017, one "
      "cycle)";
  double final_factor = 0;
  void fields(auto& visit) { visit("final_factor", final_factor, "at the end", rules::fraction()); }
};
struct PlateauSchedule {
  static constexpr const char* kName = "reduce_on_plateau";
  static constexpr const char* kMeaning =
      "times factor after each `patience` epochs in a row without improvement";
  Monitor monitor = Monitor::val_loss;
  double factor = 0.1;
  std::int64_t patience = 10;
  double min_delta = 1e-4;
  double min_factor = 0;
  void fields(auto& visit) {
    visit("monitor", monitor, "what must improve");
    visit("factor", factor, "of a fall", rules::fraction());
    visit("patience", patience, "epochs", rules::at_least(1));
    visit("min_delta", min_delta, "what counts as an improvement", rules::at_least(0));
    visit("min_factor", min_factor, "it falls no lower", rules::fraction());
  }
};

struct ScheduleConfig {
  static constexpr const char* kGroup = "Schedules";
  std::variant<ConstantSchedule, StepSchedule, ExponentialSchedule, CosineSchedule, PlateauSchedule> kind;
};

/// Goyal et al., arXiv:1706.02677.
struct WarmupConfig {
  double epochs = 0;
  double start_factor = 0;
  void fields(auto& visit) {
    visit("epochs", epochs, "the learning rate rises linearly over so many", rules::at_least(0));
    visit("start_factor", start_factor, "what it rises from", rules::fraction());
  }
};

}  // namespace jetrain
