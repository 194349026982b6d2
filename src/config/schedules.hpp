#pragma once

/// \file
/// The learning rate over the epochs, as a factor of the optimizer's: each struct is one kind, with its name
/// in configs, its keys and their meanings; kFillsEpochs: another train.epochs gives it another course.

#include <cstdint>
#include <variant>

#include "config/rules.hpp"
#include "config/words.hpp"

namespace jetrain {

struct ConstantSchedule {
  static constexpr const char* kName = "constant";
  static constexpr bool kFillsEpochs = false;
  static constexpr const char* kMeaning = "the optimizer's rate all along";
};
struct StepSchedule {
  static constexpr const char* kName = "step";
  static constexpr bool kFillsEpochs = false;
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
  static constexpr bool kFillsEpochs = false;
  static constexpr const char* kMeaning = "times factor^(epochs done), step by step";
  double factor = 0.9;
  void fields(auto& visit) { visit("factor", factor, "of an epoch", rules::positive()); }
};
struct CosineSchedule {
  static constexpr const char* kName = "cosine";
  static constexpr bool kFillsEpochs = true;
  static constexpr const char* kMeaning =
      "times 1 to final_factor along half a cosine over all epochs (Loshchilov and Hutter, ICLR 2017, one "
      "cycle)";
  double final_factor = 0;
  void fields(auto& visit) { visit("final_factor", final_factor, "at the end", rules::fraction()); }
};
struct PolynomialSchedule {
  static constexpr const char* kName = "polynomial";
  static constexpr bool kFillsEpochs = true;
  static constexpr const char* kMeaning =
      "times 1 to final_factor by (1 - share of all epochs done)^power (the \"poly\" of Chen et al., "
      "arXiv:1606.00915, which takes 0.9); power 1: straight";
  double power = 1;
  double final_factor = 0;
  void fields(auto& visit) {
    visit("power", power, "how the way bends", rules::positive());
    visit("final_factor", final_factor, "at the end", rules::fraction());
  }
};
struct CosineRestartsSchedule {
  static constexpr const char* kName = "cosine_restarts";
  static constexpr bool kFillsEpochs = false;
  static constexpr const char* kMeaning =
      "times 1 to final_factor along half a cosine, again and again from the warm-up's end on, step by step "
      "(Loshchilov and Hutter, ICLR 2017; PyTorch's CosineAnnealingWarmRestarts, stepped with each batch)";
  double first_epochs = 4;
  std::int64_t growth = 2;
  std::int64_t cycles = 0;
  double peak_factor = 1;
  double final_factor = 0;
  void fields(auto& visit) {
    visit("first_epochs", first_epochs, "of the first cycle, fractions included", rules::at_least(0.01));
    visit("growth", growth, "a cycle is so many times as long as the one before", rules::at_least(1));
    visit("cycles", cycles, "so many, then it stays at final_factor; 0: until the training ends",
          rules::at_least(0));
    visit("peak_factor", peak_factor, "a cycle begins at so many times what the one before began at",
          rules::share());
    visit("final_factor", final_factor, "at the end of a cycle; none begins lower", rules::fraction());
  }
};
struct OneCycleSchedule {
  static constexpr const char* kName = "one_cycle";
  static constexpr bool kFillsEpochs = true;
  static constexpr const char* kMeaning =
      "times start_factor to 1 in up_epochs, back in down_epochs, and to end_factor in those that are left, "
      "step by step (Smith and Topin, arXiv:1708.07120; the defaults are ParticleNet's, for train.epochs 20)";
  double start_factor = 0.1;
  double up_epochs = 8;
  double down_epochs = 8;
  double end_factor = 1.667e-4;
  Anneal anneal = Anneal::linear;
  void fields(auto& visit) {
    visit("start_factor", start_factor, "in the beginning", rules::fraction());
    visit("up_epochs", up_epochs, "of the way up, fractions included", rules::at_least(0));
    visit("down_epochs", down_epochs, "of the way down; 0: from 1 straight to end_factor, as in PyTorch",
          rules::at_least(0));
    visit("end_factor", end_factor, "at the end of train.epochs", rules::fraction());
    visit("anneal", anneal, "of each way");
  }
};
struct FlatWithDecaySchedule {
  static constexpr const char* kName = "flat_with_decay";
  static constexpr bool kFillsEpochs = true;
  static constexpr const char* kMeaning =
      "times 1, then in the last epochs exponentially to final_factor (the Particle Transformer's; by_epoch: "
      "weaver-core's flat+decay, github.com/hqucms/weaver-core)";
  double decay_share = 0.3;
  double final_factor = 0.01;
  bool by_epoch = false;
  void fields(auto& visit) {
    visit("decay_share", decay_share, "of train.epochs is the decay", rules::share());
    visit("final_factor", final_factor, "at its end", rules::share());
    visit(
        "by_epoch", by_epoch,
        "true: it falls as each epoch begins, and decay_share is rounded down to whole ones (at least one); "
        "false: with every step");
  }
};
struct PlateauSchedule {
  static constexpr const char* kName = "reduce_on_plateau";
  static constexpr bool kFillsEpochs = false;
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
  std::variant<ConstantSchedule, StepSchedule, ExponentialSchedule, CosineSchedule, PolynomialSchedule,
               CosineRestartsSchedule, OneCycleSchedule, FlatWithDecaySchedule, PlateauSchedule>
      kind;
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
